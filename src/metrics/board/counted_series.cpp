#include "metrics/board/counted_series.hpp"

#include "wampfcgi/bridge/possible_answers.hpp"

#include <algorithm>

namespace wampfcgi::metrics {
namespace {

bool add_if_new(area& to, series_kind kind, std::string_view first, std::string_view second,
                const bridge::possible_answers& answers)
{
    return to.find(kind, first, second) != nullptr || to.add(kind, first, second, answers) != nullptr;
}

}  // namespace

bool add_series(area& to, const settings& config)
{
    bool all = add_if_new(to, series_kind::service, no_service, "", bridge::possible_answers_without_service());
    for (const service_settings& each : config.services) {
        all &= add_if_new(to, series_kind::service, each.path, name_of(each.type),
                          bridge::possible_answers_of(config, each));
        if (!each.realm.empty())
            all &= add_if_new(to, series_kind::session, each.realm, each.role, {});
    }
    if (uses_store(config))
        all &= add_if_new(to, series_kind::store, "", "", {});
    return all;
}

std::uint64_t capacity_of_signatures(const settings& config)
{
    const bool any =
        std::ranges::any_of(config.services, [](const auto& each) { return each.options.replay_protection; });
    return any && !config.store ? config.replay_capacity : 0;
}

bridge::service_cells& slot_meter::of(const service_settings& which)
{
    const series* const found = area_.find(series_kind::service, which.path, name_of(which.type));
    return found != nullptr ? area_.service(slot_, *found) : without_series_.of(which);
}

bridge::service_cells& slot_meter::of_no_service()
{
    const series* const found = area_.find(series_kind::service, no_service, "");
    return found != nullptr ? area_.service(slot_, *found) : without_series_.of_no_service();
}

bridge::session_cells& slot_meter::of_session(const std::string& realm, const std::string& role)
{
    const series* const found = area_.find(series_kind::session, realm, role);
    return found != nullptr ? area_.session(slot_, *found) : without_series_.of_session(realm, role);
}

bridge::store_cells& slot_meter::of_store()
{
    const series* const found = area_.find(series_kind::store, "", "");
    return found != nullptr ? area_.store(slot_, *found) : without_series_.of_store();
}

}  // namespace wampfcgi::metrics
