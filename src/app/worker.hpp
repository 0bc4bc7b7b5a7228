// Owns the life of one worker: its event loop, its sessions, and the signals that end it.
#pragma once

#include "wampfcgi/core/settings.hpp"
#include "wampfcgi/metrics/figures_place.hpp"
#include "wampfcgi/process/memory_limit.hpp"
#include "wampfcgi/process/supervisor.hpp"

#include <chrono>
#include <optional>

namespace wampfcgi::app {

/// The environment of a worker.
struct worker_place {
    int listen_fd = 0;                  ///< the worker takes ownership
    process::pool_link pool;            ///< default: no pool
    metrics::figures_place& counts_on;  ///< in the slot of `pool`
    process::buffer_limits buffers;
};

/// The longest time that a request may take; nothing when a call may take any time.
std::optional<std::chrono::milliseconds> longest_request(const settings& config);

/// Serves until it is told to end. After SIGTERM or SIGINT, requests in flight have shutdown_grace; after drain_signal,
/// longest_request(). Outside a pool, also ends after max_requests. Returns the exit status.
int run_worker(const settings& config, const worker_place& place);

}  // namespace wampfcgi::app
