// Owns the memories of signed requests that the services of one process need.
#pragma once

#include "wampfcgi/core/settings.hpp"
#include "wampfcgi/replay/memory.hpp"

#include <chrono>
#include <map>
#include <string>

namespace wampfcgi::app {

/// Empty at first. To be made in the process that uses it: see replay::memory.
class memories {
public:
    explicit memories(const settings& config);

    /// The memory for services with this `timestamp_delta_limit`. Throws std::runtime_error when it cannot be opened.
    replay::memory& open(std::chrono::seconds timestamp_delta_limit);

    /// Opens those of all services with replay_protection. Throws std::runtime_error when one cannot be opened.
    void open_all();

    /// Says in the log how much each that is open holds.
    void tell(log_level level) const;

private:
    const settings& config_;
    std::string folder_;
    std::map<std::chrono::seconds, replay::memory> by_limit_;
};

}  // namespace wampfcgi::app
