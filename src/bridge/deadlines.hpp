// Owns when streams have to end, and when that is to be looked at.
#pragma once

#include "wampfcgi/bridge/gateway.hpp"
#include "wampfcgi/bridge/timers.hpp"

#include <chrono>
#include <map>
#include <optional>

namespace wampfcgi::bridge {

/// Tells each listener when its time is over. One timer does for all of them.
class deadlines {
public:
    using time_point = std::chrono::steady_clock::time_point;

    class listener {
    public:
        /// The time that was set is over; none is set now.
        virtual void time_is_over() = 0;

    protected:
        ~listener() = default;
    };

    deadlines(timers& wakers, const gateway::steady_clock& stopwatch) : timers_(wakers), stopwatch_(stopwatch) {}

    /// One listener's time, until it is destroyed.
    class place {
    public:
        place(deadlines& of, listener& who) : of_(of), who_(who) {}
        ~place() { clear(); }
        place(const place&) = delete;
        place& operator=(const place&) = delete;

        /// Replaces the one set before.
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
    std::optional<time_point> wakes_at_;  // the earliest time at which look() will be called
};

}  // namespace wampfcgi::bridge
