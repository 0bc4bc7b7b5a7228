#include "app/memories.hpp"

#include "wampfcgi/log/log.hpp"

#include <stdexcept>
#include <string>

namespace wampfcgi::app {

memories::memories(const settings& config) : config_(config), folder_(replay::find_folder(config.state_dir)) {}

replay::memory& memories::open(std::chrono::seconds timestamp_delta_limit)
{
    try {
        return by_limit_.try_emplace(timestamp_delta_limit, folder_, timestamp_delta_limit, config_.replay_capacity)
            .first->second;
    } catch (const std::runtime_error& why) {
        throw std::runtime_error(std::string("replay_protection: ") + why.what());
    }
}

void memories::open_all()
{
    for (const service& each : config_.services)
        if (each.options.replay_protection)
            open(each.options.timestamp_delta_limit);
}

void memories::tell(log_level level) const
{
    for (const auto& [limit, each] : by_limit_)
        log::write(level, "up to " + std::to_string(config_.replay_capacity) + " signed requests in " +
                              std::to_string(2 * limit.count()) + " s are remembered in " + folder_);
}

}  // namespace wampfcgi::app
