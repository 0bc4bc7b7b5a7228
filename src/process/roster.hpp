// Owns the decisions about the workers of a pool: when one is started, when another takes its place, when it is told to
// end and when it is killed. It starts and signals nothing and has no clock.
#pragma once

#include "process/restart_policy.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <sys/types.h>
#include <vector>

namespace wampfcgi::process {

/// A pool has a fixed number of seats. In each there is a worker that serves, or none for now, and while that one is to
/// be replaced a second one that gets ready. Workers that were told to end have left their seats.
/// Call every function with a `now` not before that of the call before it.
class roster {
public:
    using time_point = std::chrono::steady_clock::time_point;

    /// How much time a worker gets.
    struct patience {
        std::chrono::milliseconds grace;                 ///< from being told to end until it is killed
        std::chrono::milliseconds ready_within;          ///< from its start until it counts as ready whatever it says
        std::optional<std::chrono::milliseconds> drain;  ///< from being replaced until it is killed; absent: never
    };

    /// A place for a worker that is to be started now.
    struct vacancy {
        std::size_t seat;
        bool takes_over;  ///< another worker serves until this one is ready
    };

    /// What the end of a worker means.
    struct end_report {
        bool was_told_to_end;
        time_point next_start;  ///< where it was not told to
    };

    explicit roster(unsigned seats) : seats_(seats), policy_(seats), replacements_(seats) {}

    /// All workers are to be replaced; those that already get ready, too. Returns which are to be told to end at once.
    std::vector<pid_t> replace_all(time_point now, patience given);

    /// True from replace_all() until every seat has a new worker, or this has taken as long as one may take to be
    /// ready.
    bool replacing_all(time_point now) const noexcept;

    std::vector<vacancy> vacancies(time_point now);
    void began(const vacancy& where, pid_t pid, time_point now, patience given);

    /// No worker could be started. Returns when to try again.
    time_point start_failed(const vacancy& where, time_point now);

    void is_ready(pid_t pid) noexcept;

    /// A worker asks to be replaced. One after another is.
    void asks_for_replacement(pid_t pid) noexcept;

    /// Lets those that are ready take their seats. Returns the workers before them, which are to be told to drain.
    std::vector<pid_t> change_over(time_point now);

    /// All are to be told to end, those that drain too: returns them. No other is started any more.
    std::vector<pid_t> dismiss_all(time_point now);

    /// Returns those that have used up their time to end and are to be killed; each once.
    std::vector<pid_t> overdue(time_point now);

    /// Nothing for a process that is no worker.
    std::optional<end_report> ended(pid_t pid, time_point now);

    /// No worker ever lived, and so many died at their start that starting more is of no use.
    bool hopeless() const noexcept { return policy_.hopeless(); }

    bool empty() const noexcept { return everybody().empty(); }
    std::vector<pid_t> everybody() const;

    /// When something is to be done next though nothing happens.
    std::optional<time_point> next_deadline(time_point now) const noexcept;

private:
    struct worker {
        pid_t pid = 0;          // 0: none
        time_point due{};       // without one: when to start it
        time_point ready_by{};  // it counts as ready then
        patience given{};
    };

    struct seat {
        worker present;
        std::optional<worker> next;
        bool asked = false;  // the present one asks to be replaced
    };

    struct dismissed {
        pid_t pid;
        std::optional<time_point> kill_at;  // absent: takes as long as it takes, or was killed
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
    restart_policy policy_;        // of those present
    restart_policy replacements_;  // of those that get ready
    std::optional<time_point> replacing_until_;
};

}  // namespace wampfcgi::process
