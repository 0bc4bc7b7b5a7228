// Owns the life of worker processes: starting, watching, replacing and stopping them. What a worker does is its
// caller's business; when one is started and ended is decided by roster.
#pragma once

#include "wampfcgi/core/worker_end.hpp"

#include <chrono>
#include <csignal>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace wampfcgi::process {

/// What a worker gets that was replaced: it takes no more requests, finishes what it has begun, and ends.
constexpr int drain_signal = SIGUSR2;

/// Is told how the pool does, in the supervisor. This one does nothing about it.
class pool_observer {
public:
    virtual ~pool_observer() = default;

    /// A worker is about to be forked. The result is what it finds as pool_link::slot.
    virtual std::optional<std::uint32_t> worker_starts() { return {}; }

    virtual void worker_started() {}
    virtual void worker_did_not_start(std::optional<std::uint32_t> /*slot*/) {}
    virtual void worker_ended(std::optional<std::uint32_t> /*slot*/, worker_end /*why*/) {}
    virtual void reloaded(bool /*was_good*/) {}

    /// A line for the service manager about what goes on; empty: it is told nothing.
    virtual std::string status() { return {}; }
};

/// What ties a worker to its pool. The descriptors stay open as long as the worker lives.
struct pool_link {
    int give = -1;     ///< socket: a connection's descriptor that is sent here goes to a worker that serves
    int take = -1;     ///< socket, does not block: where a worker that serves receives those
    int reports = -1;  ///< pipe to the supervisor
    std::optional<std::uint32_t> slot{};  ///< that the observer gave
    bool takes_over = false;              ///< another worker serves until this one is ready
    std::chrono::milliseconds tell_alive_every{10'000};

    /// Tells the supervisor that this worker can serve.
    void tell_ready() const noexcept;

    /// Tells the supervisor that this worker does not hang. It is killed when it was silent for pool_options::patience.
    void tell_alive() const noexcept;

    /// Asks the supervisor to put another worker in this one's place and then to send this one drain_signal.
    void ask_for_replacement() const noexcept;

    /// Tells the supervisor that this worker begins no other request. A reload lasts until all old workers have.
    void tell_takes_no_more() const noexcept;

    /// For all workers: connections cannot be given any more. For a pool without a supervisor, in which nobody will
    /// receive them.
    void end_giving() const noexcept;
};

/// What the workers of a pool do, and how much time they get for it.
struct worker_program {
    std::function<int(const pool_link&)> main =
        nullptr;                                     ///< its result is the worker's exit status; an exception means 1
    std::chrono::milliseconds grace{30'000};         ///< from SIGTERM until a worker that is still there is killed
    std::chrono::milliseconds ready_within{30'000};  ///< a worker counts as ready then, whatever it says
    std::optional<std::chrono::milliseconds> drain{30'000};  ///< from drain_signal until it is killed; absent: never
};

struct pool_options {
    unsigned workers = 1;
    std::function<std::optional<worker_program>()> reload = nullptr;  ///< nothing: the old program stays
    std::function<void()> reopen_log = nullptr;
    pool_observer* observer = nullptr;              ///< null: nobody
    std::chrono::milliseconds alive_every{10'000};  ///< a worker is expected to tell that it does not hang as often
    std::chrono::milliseconds patience{60'000};     ///< a worker that was silent for so long hangs, and is killed
};

/// Keeps `workers` processes running that carry the program out. Call it before the first thread. Returns in the
/// supervisor only, when all workers have ended: 0 after SIGTERM or SIGINT, 1 when the first ten workers to end all did
/// so within a second of their start.
///
/// Signals to the supervisor. All of these stay blocked when it has returned.
/// - SIGTERM, SIGINT: workers, those that drain too, get SIGTERM, and SIGKILL after the grace. What they give is
///   refused from then on.
/// - SIGHUP: asks `reload` for a new program. New workers start with it, and as each of them is ready the one before it
///   gets drain_signal. Any number of SIGHUPs during this cause one more reload.
/// - SIGUSR1: calls `reopen_log` and is passed on to the workers.
///
/// A worker starts with an empty signal mask, SIGPIPE, SIGXFSZ, SIGHUP and SIGUSR1 ignored and the default action for
/// the others, and gets SIGTERM when the supervisor dies.
int run_pool(const pool_options& pool, worker_program program);

/// In a worker of run_pool: true once its supervisor has gone, so that nobody will stop or replace it. Elsewhere:
/// false.
bool supervisor_has_gone() noexcept;

/// Makes writing to a closed connection, or beyond the longest file that is allowed, an error instead of the process's
/// end. run_pool does it for itself and its workers; a worker without a supervisor calls it at start.
void ignore_write_signals() noexcept;

}  // namespace wampfcgi::process
