// Owns the deadlines of streams, and the timer for the earliest of them.
#pragma once

#include "wampfcgi/bridge/gateway.hpp"
#include "wampfcgi/bridge/timers.hpp"

#include <chrono>
#include <map>
#include <optional>

namespace wampfcgi::bridge {

/// Calls each listener when its deadline has passed. All of them share one timer.
class deadlines {
public:
    using time_point = std::chrono::steady_clock::time_point;

    class listener {
    public:
        /// The deadline has passed; none is set any more.
        virtual void time_is_over() = 0;

    protected:
        ~listener() = default;
    };

    deadlines(timers& wakers, const gateway::steady_clock& stopwatch) : timers_(wakers), stopwatch_(stopwatch) {}

    /// The deadline of one listener, cleared when destroyed.
    class place {
    public:
        place(deadlines& of, listener& who) : of_(of), who_(who) {}
        ~place() { clear(); }
        place(const place&) = delete;
        place& operator=(const place&) = delete;

        /// Sets the deadline, in place of an earlier one.
        void set(time_point when);
        void clear();

        std::optional<time_point> when() const;

    private:
        friend class deadlines;

        deadlines& of_;
        listener& who_;
        std::optional<std::multimap<time_point, place*>::iterator> where_;
    };

private:
    void wake_up_at(time_point when);
    void look();

    timers& timers_;
    const gateway::steady_clock& stopwatch_;
    std::multimap<time_point, place*> places_;
    std::optional<time_point> wakes_at_;  // the earliest time of a pending call of look()
};

}  // namespace wampfcgi::bridge
