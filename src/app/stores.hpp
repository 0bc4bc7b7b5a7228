// Owns the stores for the services of one process.
#pragma once

#include "wampfcgi/bridge/meter.hpp"
#include "wampfcgi/bridge/rate_counter.hpp"
#include "wampfcgi/core/settings.hpp"
#include "wampfcgi/core/trouble.hpp"
#include "wampfcgi/store/local.hpp"
#include "wampfcgi/store/shared_store.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace wampfcgi::app {

/// Checks that the stores for services with replay_protection or a rate_limit can be opened. The trouble says which
/// cannot.
result<void, trouble> try_stores(const settings& config);

/// Logs how much the stores hold.
void tell_stores(const settings& config, log_level level);

/// Opens stores on demand. Construct it in the process that uses it: see store::local. `shared` counts requests to the
/// store that several machines share. `shared` and the configuration must outlive this.
class stores {
public:
    stores(boost::asio::io_context& loop, const settings& config, bridge::store_cells& shared);

    /// Connects to the shared store, if one was opened.
    void start();

    /// Ends the connection to the shared store, which would keep the event loop running. Call it after the last
    /// request.
    void close();

    /// The store for the services with this `timestamp_delta_limit`. Throws std::runtime_error when it cannot be
    /// opened.
    bridge::store& open(std::chrono::seconds timestamp_delta_limit);

    /// The rate limiter of a service. Throws likewise.
    bridge::rate_counter& open_rates(const service_settings& of);

    /// The number of signatures in the open stores, by all processes.
    std::uint64_t count_signatures() const noexcept;

private:
    store::shared_store& shared();

    boost::asio::io_context& loop_;
    const settings& config_;
    bridge::store_cells& shared_cells_;
    std::optional<store::shared_store> shared_;  // must outlive the counters in rates_
    std::map<std::chrono::seconds, store::local> by_limit_;
    std::vector<std::unique_ptr<bridge::rate_counter>> rates_;
};

}  // namespace wampfcgi::app
