#include "app/own_figures.hpp"

#include "wampfcgi/log/log.hpp"
#include "wampfcgi/metrics/board.hpp"
#include "wampfcgi/metrics/counting_file.hpp"
#include "wampfcgi/store/state_folder.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

namespace wampfcgi::app {
namespace {

std::unique_ptr<metrics::counting_file> beside_others(const settings& config)
try {
    auto folder = store::open_state_folder(store::find_folder(config.state_dir));
    if (folder)
        return std::make_unique<metrics::counting_file>(*std::move(folder), config);
    log::write(log_level::warning, "status shows only this process: " + folder.error().text);
    return nullptr;
} catch (const std::system_error& why) {
    log::write(log_level::warning, std::string("status shows only this process: ") + why.what());
    return nullptr;
}

}  // namespace

own_figures find_own_figures(const settings& config)
{
    const bool are_shown = std::ranges::any_of(
        config.services, [](const service_settings& each) { return each.type == service_type::status; });
    if (are_shown)
        if (auto file = beside_others(config))
            return {std::move(file), 0};
    auto alone = std::make_unique<metrics::board>(config, 0);
    const auto slot = alone->take_slot();
    return {std::move(alone), slot};
}

}  // namespace wampfcgi::app
