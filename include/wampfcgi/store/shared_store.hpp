// Owns what all machines remember together, in one Valkey or Redis: replays and rates.
#pragma once

#include "wampfcgi/bridge/meter.hpp"
#include "wampfcgi/bridge/rate_counter.hpp"
#include "wampfcgi/bridge/store.hpp"
#include "wampfcgi/core/settings.hpp"
#include "wampfcgi/store/local.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <string>

namespace boost::asio {
class io_context;
}

namespace wampfcgi::store {

/// What is kept in it. Replays demand of the server that it forgets nothing.
enum class shared_content { replays_and_rates, rates };

/// One connection for all services of a process, made when it is first needed, and made again when it is lost. What is
/// asked fails with store_unavailable: at once while the store is known to be down, else within its `timeout`. What was
/// sent and not answered is never sent again. A store whose keys are removed by a command (FLUSHALL) while the
/// connection lasts forgets replays unnoticed: whoever may do that could as well remove single ones.
class shared_store {
public:
    /// `loop`, `settings` and `cells` must outlive it. `state_folder` is where this machine remembers which memory of
    /// the store it has seen; it is not touched for rates alone. Throws std::runtime_error when it cannot be used.
    shared_store(boost::asio::io_context& loop, const store_settings& settings, const std::string& state_folder,
                 shared_content content, bridge::store_cells& cells, clock now = system_now);

    /// As close().
    ~shared_store();
    shared_store(const shared_store&) = delete;
    shared_store& operator=(const shared_store&) = delete;

    /// Connects before anything is asked.
    void start();

    /// Ends the connection for good. Whoever waits is dropped uncalled; what is asked later fails.
    void close();

    /// Remembers for the services with this `timestamp_delta_limit`. Lives as long as this.
    bridge::store& replays(std::chrono::seconds delta_limit);

    /// Counts the requests to `which`, which has a rate. To be destroyed before this.
    std::unique_ptr<bridge::rate_counter> rates(const service_settings& which);

private:
    class core;
    class shared_replays;
    class shared_rates;

    std::shared_ptr<core> core_;
    std::map<std::chrono::seconds, std::unique_ptr<bridge::store>> replays_;
};

}  // namespace wampfcgi::store
