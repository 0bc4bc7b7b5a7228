// Owns the life of worker processes: starting, watching, restarting and stopping them. What a worker does is its
// caller's business; when one is restarted is decided by restart_policy.
#pragma once

#include <chrono>
#include <functional>

namespace wampfcgi::process {

struct pool_options {
    unsigned workers = 1;
    std::chrono::milliseconds grace{30'000};  ///< from SIGTERM until workers that are still there are killed
};

/// Keeps `workers` processes running, each of which calls `worker_main` and ends with what it returns (an exception is
/// logged and means 1). Call it before the first thread. Returns in the supervisor only, when all workers have ended:
/// 0 after SIGTERM or SIGINT, 1 when the first ten workers to end all did so within a second of their start.
///
/// Signals to the supervisor: SIGTERM and SIGINT stop the workers by SIGTERM, and by SIGKILL after the grace; SIGUSR1
/// is passed on to them; SIGHUP changes nothing but leaves a notice. All of these stay blocked when it has returned.
/// A worker starts with an empty signal mask, SIGPIPE and SIGHUP ignored and the default action for the others, and
/// gets SIGTERM when the supervisor dies.
int run_pool(const pool_options& pool, const std::function<int()>& worker_main);

/// In a worker of run_pool: true once its supervisor has gone, so that nobody will stop or replace it. Elsewhere:
/// false.
bool supervisor_has_gone() noexcept;

/// Makes writing to a closed connection an error instead of the process's end. run_pool does it for itself and its
/// workers; a worker without a supervisor calls it at start.
void ignore_sigpipe() noexcept;

}  // namespace wampfcgi::process
