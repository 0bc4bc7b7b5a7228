// Owns the store that several machines share, a Valkey or Redis: replays and rates.
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

/// What is stored. For replays the server must not be allowed to evict keys.
enum class shared_content { replays_and_rates, rates };

/// One connection for all services of a process, made on first use and again after a loss. Requests fail with
/// store_unavailable: at once while the store is known to be down, otherwise within its `timeout`. A command that was
/// sent is never repeated. If keys are removed while the connection lasts (FLUSHALL), replays are forgotten without
/// notice: a user with that permission could also remove single keys.
class shared_store {
public:
    /// `loop`, `settings` and `cells` must outlive the store. `state_folder` keeps which data sets of the store this
    /// machine has seen; it is not used for rates alone. Throws std::runtime_error when it cannot be used.
    shared_store(boost::asio::io_context& loop, const store_settings& settings, const std::string& state_folder,
                 shared_content content, bridge::store_cells& cells, clock now = system_now);

    /// Calls close().
    ~shared_store();
    shared_store(const shared_store&) = delete;
    shared_store& operator=(const shared_store&) = delete;

    /// Connects before the first request.
    void start();

    /// Closes the connection for good. Pending requests are dropped without a call; later ones fail.
    void close();

    /// The store for the services with this `timestamp_delta_limit`. Lives as long as the shared_store.
    bridge::store& replays(std::chrono::seconds delta_limit);

    /// Limits the requests to `which`, which must have a rate. Destroy it before the shared_store.
    std::unique_ptr<bridge::rate_counter> rates(const service_settings& which);

private:
    class core;
    class shared_replays;
    class shared_rates;

    std::shared_ptr<core> core_;
    std::map<std::chrono::seconds, std::unique_ptr<bridge::store>> replays_;
};

}  // namespace wampfcgi::store
