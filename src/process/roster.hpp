// Owns the decisions about the workers of a pool: when to start, replace, end and kill one. Starts and signals nothing,
// and owns no clock.
#pragma once

#include "process/restart_policy.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <sys/types.h>
#include <vector>

namespace wampfcgi::process {

/// A pool has a fixed number of seats. Each has a serving worker or none and, during a replacement, a second one that
/// is getting ready. Workers that were told to end have left their seats. `now` must not decrease between calls.
class roster {
public:
    using time_point = std::chrono::steady_clock::time_point;

    /// The time limits of a worker.
    struct patience {
        std::chrono::milliseconds grace;                 ///< from being told to end until SIGKILL
        std::chrono::milliseconds ready_within;          ///< from its start until it counts as ready
        std::optional<std::chrono::milliseconds> drain;  ///< from being replaced until SIGKILL; absent: no limit
    };

    /// A seat for a worker to start now.
    struct vacancy {
        std::size_t seat;
        bool takes_over;  ///< another worker serves until this one is ready
    };

    /// The meaning of a worker's end.
    struct end_report {
        bool was_told_to_end;
        time_point next_start;  ///< if it was not told to end
    };

    explicit roster(unsigned seats) : seats_(seats), policy_(seats), replacements_(seats) {}

    /// Replaces all workers, also those getting ready. Returns the workers to end at once.
    std::vector<pid_t> replace_all(time_point now, patience given);

    /// True from replace_all() until every seat has a new worker, or the time for getting ready is over.
    bool replacing_all(time_point now) const noexcept;

    std::vector<vacancy> vacancies(time_point now);
    void began(const vacancy& where, pid_t pid, time_point now, patience given);

    /// The worker could not be started. Returns when to retry.
    time_point start_failed(const vacancy& where, time_point now);

    void is_ready(pid_t pid) noexcept;

    /// A worker asks to be replaced. Workers are replaced one at a time.
    void asks_for_replacement(pid_t pid) noexcept;

    /// Gives the seats to workers that are ready. Returns the workers before them, to drain.
    std::vector<pid_t> change_over(time_point now);

    /// Returns all workers, also draining ones, to end. No other worker is started.
    std::vector<pid_t> dismiss_all(time_point now);

    /// Returns workers to kill because their time is over, each once.
    std::vector<pid_t> overdue(time_point now);

    /// Returns nothing for a process that is not a worker.
    std::optional<end_report> ended(pid_t pid, time_point now);

    /// True when no worker has ever lived, and so many died at start that more attempts are pointless.
    bool hopeless() const noexcept { return policy_.hopeless(); }

    bool empty() const noexcept { return everybody().empty(); }
    std::vector<pid_t> everybody() const;

    /// When to act next without an event.
    std::optional<time_point> next_deadline(time_point now) const noexcept;

private:
    struct worker {
        pid_t pid = 0;          // 0: none
        time_point due{};       // without a pid: when to start it
        time_point ready_by{};  // counts as ready then
        patience given{};
    };

    struct seat {
        worker present;
        std::optional<worker> next;
        bool asked = false;  // the present worker asks to be replaced
    };

    struct dismissed {
        pid_t pid;
        std::optional<time_point> kill_at;  // absent: no limit, or already killed
        std::chrono::milliseconds grace;
    };

    worker* find(pid_t pid) noexcept;
    bool any_next() const noexcept;
    void begin_to_recycle(time_point now);
    void dismiss(const worker& who, time_point now, std::vector<pid_t>& told);
    void drain(const worker& who, time_point now, std::vector<pid_t>& told);
    void move_up(std::size_t index, time_point now);
    time_point lost_present(std::size_t index, time_point now);

    std::vector<seat> seats_;
    std::vector<dismissed> leaving_;
    restart_policy policy_;        // for present workers
    restart_policy replacements_;  // for those getting ready
    std::optional<time_point> replacing_until_;
};

}  // namespace wampfcgi::process
