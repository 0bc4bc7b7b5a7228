// Owns the life of worker processes: starts, watches, replaces and stops them. The caller provides what a worker does;
// roster decides when one is started or ended.
#pragma once

#include "wampfcgi/core/worker_end.hpp"

#include <chrono>
#include <csignal>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace wampfcgi::process {

/// The signal for a replaced worker: it accepts no more requests, finishes those in flight, and ends.
constexpr int drain_signal = SIGUSR2;

/// Is told in the supervisor how the pool is doing. This base does nothing.
class pool_observer {
public:
    virtual ~pool_observer() = default;

    /// A worker is about to be forked. The worker gets the result as pool_link::slot.
    virtual std::optional<std::uint32_t> worker_starts() { return {}; }

    virtual void worker_started() {}
    virtual void worker_did_not_start(std::optional<std::uint32_t> /*slot*/) {}
    virtual void worker_ended(std::optional<std::uint32_t> /*slot*/, worker_end /*why*/) {}
    virtual void reloaded(bool /*was_good*/) {}

    /// A status line for the service manager; empty: none.
    virtual std::string status() { return {}; }
};

/// The connection between a worker and its pool. The descriptors stay open as long as the worker lives.
struct pool_link {
    int give = -1;                        ///< socket: hands a connection's descriptor over to a serving worker
    int take = -1;                        ///< non-blocking socket: a serving worker receives such descriptors here
    int reports = -1;                     ///< pipe to the supervisor
    std::optional<std::uint32_t> slot{};  ///< from the observer
    bool takes_over = false;              ///< another worker serves until this one is ready
    std::chrono::milliseconds tell_alive_every{10'000};

    /// Tells the supervisor that this worker can serve.
    void tell_ready() const noexcept;

    /// Tells the supervisor that this worker does not hang. A worker that is silent for pool_options::patience is
    /// killed.
    void tell_alive() const noexcept;

    /// Asks the supervisor to start another worker in this one's place, and then to send this one drain_signal.
    void ask_for_replacement() const noexcept;

    /// Tells the supervisor that this worker begins no more requests. A reload ends when all old workers have done so.
    void tell_takes_no_more() const noexcept;

    /// Ends the handing over of connections, for all workers. Use it when the supervisor has gone, since nothing will
    /// receive them.
    void end_giving() const noexcept;
};

/// What the workers of a pool do, and their time limits.
struct worker_program {
    std::function<int(const pool_link&)> main = nullptr;  ///< returns the worker's exit status; an exception means 1
    std::chrono::milliseconds grace{30'000};              ///< from SIGTERM to SIGKILL
    std::chrono::milliseconds ready_within{30'000};  ///< after this time a worker counts as ready without saying so
    std::optional<std::chrono::milliseconds> drain{30'000};  ///< from drain_signal to SIGKILL; absent: no limit
};

struct pool_options {
    unsigned workers = 1;
    std::function<std::optional<worker_program>()> reload = nullptr;  ///< returns nothing: keep the old program
    std::function<void()> reopen_log = nullptr;
    pool_observer* observer = nullptr;              ///< null: none
    std::chrono::milliseconds alive_every{10'000};  ///< how often a worker should tell that it is alive
    std::chrono::milliseconds patience{60'000};     ///< a worker silent for this long counts as hung and is killed
};

/// Keeps `workers` processes of the program running. Call it before starting threads. Returns only in the supervisor,
/// when all workers have ended: 0 after SIGTERM or SIGINT, 1 when each of the first ten workers to end did so within a
/// second of its start.
///
/// Signals to the supervisor; all stay blocked after it returns:
/// - SIGTERM, SIGINT: all workers, including draining ones, get SIGTERM, and SIGKILL after the grace time. Connections
///   are not handed over any more.
/// - SIGHUP: asks `reload` for a new program. New workers start with it; as each becomes ready, an old one gets
///   drain_signal. Any number of SIGHUPs during this cause one more reload.
/// - SIGUSR1: calls `reopen_log` and forwards the signal to the workers.
///
/// A worker starts with an empty signal mask; it ignores SIGPIPE, SIGXFSZ, SIGHUP and SIGUSR1, and has the default
/// action for the other signals. It gets SIGTERM when the supervisor dies.
int run_pool(const pool_options& pool, worker_program program);

/// In a worker of run_pool: true once its supervisor has died, so that nothing will stop or replace the worker.
/// Elsewhere: false.
bool supervisor_has_gone() noexcept;

/// Ignores SIGPIPE and SIGXFSZ: writing to a closed connection or beyond the file size limit then fails instead of
/// killing the process. run_pool calls it for itself and its workers; a worker without a supervisor calls it at start.
void ignore_write_signals() noexcept;

}  // namespace wampfcgi::process
