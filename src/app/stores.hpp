// Owns the stores that the services of one process need.
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

/// Makes sure that what services with replay_protection or a rate_limit need can be opened. The trouble says what
/// cannot.
result<void, trouble> try_stores(const settings& config);

/// Says in the log how much it holds.
void tell_stores(const settings& config, log_level level);

/// Empty at first. To be made in the process that uses it: see store::local. `shared` counts what is asked of a store
/// that machines share, and must outlive it, as the configuration must.
class stores {
public:
    stores(boost::asio::io_context& loop, const settings& config, bridge::store_cells& shared);

    /// Connects to the store that machines share, where what was opened is in one.
    void start();

    /// Nothing is asked any more: ends that connection, for the loop would go on for it.
    void close();

    /// The store for services with this `timestamp_delta_limit`. Throws std::runtime_error when it cannot be opened.
    bridge::store& open(std::chrono::seconds timestamp_delta_limit);

    /// The counter for the rate_limit of a service. Throws likewise.
    bridge::rate_counter& open_rates(const service_settings& of);

    /// How many signatures are remembered in those that are open, by all processes.
    std::uint64_t count_signatures() const noexcept;

private:
    store::shared_store& shared();

    boost::asio::io_context& loop_;
    const settings& config_;
    bridge::store_cells& shared_cells_;
    std::optional<store::shared_store> shared_;  // before what is asked by it
    std::map<std::chrono::seconds, store::local> by_limit_;
    std::vector<std::unique_ptr<bridge::rate_counter>> rates_;
};

}  // namespace wampfcgi::app
