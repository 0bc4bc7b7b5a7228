// Owns the life of one worker: its event loop, its connections to the router, and the signals that end it.
#pragma once

#include "wampfcgi/core/settings.hpp"
#include "wampfcgi/metrics/figures_place.hpp"
#include "wampfcgi/process/supervisor.hpp"

#include <chrono>
#include <optional>

namespace wampfcgi::app {

/// Where a worker stands.
struct worker_place {
    int listen_fd = 0;                  ///< taken over
    process::pool_link pool;            ///< as it is by default: in no pool
    metrics::figures_place& counts_on;  ///< in its slot
};

/// How long a request that has begun may take; nothing where a call may take for ever.
std::optional<std::chrono::milliseconds> longest_request(const settings& config);

/// Serves until SIGTERM or SIGINT (then what has begun may take shutdown_grace), drain_signal (longest_request()), or,
/// in no pool, until max_requests have begun. Returns the exit status.
int run_worker(const settings& config, const worker_place& place);

}  // namespace wampfcgi::app
