#include "wampfcgi/bridge/gateway.hpp"

#include "bridge/caller_service.hpp"
#include "bridge/console_service.hpp"
#include "bridge/event_hub.hpp"
#include "bridge/events_service.hpp"
#include "bridge/publisher_service.hpp"
#include "bridge/rendering.hpp"
#include "bridge/shared.hpp"
#include "bridge/status_service.hpp"
#include "bridge/webhook_service.hpp"
#include "wampfcgi/checks/path.hpp"

#include <cstddef>
#include <utility>

namespace wampfcgi::bridge {

gateway::gateway(const settings& config, const lookups& find, timers& wakers, meter& figures, clock now,
                 lifetime lives_for, steady_clock stopwatch)
    : config_(config),
      shared_(std::make_unique<shared_by_services>(std::move(now), std::move(stopwatch), config, wakers, figures)),
      cells_of_no_service_(figures.of_no_service())
{
    services_.reserve(config.services.size());
    cells_.reserve(config.services.size());
    for (const service_settings& each : config.services) {
        services_.push_back(make_service(each, find, lives_for));
        cells_.push_back(&figures.of(each));
    }
}

gateway::~gateway() = default;

event_hub& gateway::hub_of(session& realm)
{
    auto& found = hubs_[&realm];
    if (!found)
        found = std::make_unique<event_hub>(realm, shared_->wakers);
    return *found;
}

std::unique_ptr<service> gateway::make_service(const service_settings& each, const lookups& find, lifetime lives_for)
{
    const service_options& options = each.options;
    rate_counter* const rates = options.rate ? &find.rates(each) : nullptr;
    const post_service::counted_together memory{
        options.replay_protection ? &find.stores(options.timestamp_delta_limit) : nullptr, rates};
    switch (each.type) {
    case service_type::caller:
        return std::make_unique<caller_service>(each, find.sessions(each), memory, *shared_);
    case service_type::publisher:
        return std::make_unique<publisher_service>(each, find.sessions(each), memory, *shared_);
    case service_type::webhook:
        return std::make_unique<webhook_service>(each, find.sessions(each), memory, *shared_);
    case service_type::events: {
        event_hub* const hub = lives_for == lifetime::many_requests ? &hub_of(find.sessions(each)) : nullptr;
        return std::make_unique<events_service>(each, hub, rates, config_.router.connect_timeout, *shared_);
    }
    case service_type::status:
        return std::make_unique<status_service>(config_.mount, each, *shared_);
    case service_type::console:
        return std::make_unique<console_service>(config_, each);
    }
    return nullptr;
}

void gateway::show_status_of(status_source& pool)
{
    shared_->status = &pool;
}

std::optional<answer> gateway::admit(const request& req, admission& admitted)
{
    if (!req.wanted_status().empty())
        return status_answer(shared_->status, req.wanted_status());
    const service_settings* const found = checks::find_service(req, config_.mount, config_.services);
    if (found == nullptr) {
        admitted.counted_in = &cells_of_no_service_;
        return refusal_answer({errc::not_found, "no such path", req.path()}, status_style::crossbar, {});
    }
    const auto index = static_cast<std::size_t>(found - config_.services.data());
    admitted.counted_in = cells_[index];
    return services_[index]->admit(req, admitted);
}

answer gateway::refuse(const admission& admitted, failure why) const
{
    return admitted.by->refuse(admitted, std::move(why));
}

std::unique_ptr<exchange> gateway::serve(admission&& admitted, request& req, response_sink& client)
{
    if (admitted.counted_in != nullptr)
        admitted.counted_in->counted.received_bytes.add(req.body().size());
    service& by = *admitted.by;
    return by.serve(std::move(admitted), req, client);
}

void gateway::end_streams(std::chrono::milliseconds within)
{
    for (const auto& each : services_)
        each->end_streams(within);
}

}  // namespace wampfcgi::bridge
