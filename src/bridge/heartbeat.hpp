// Owns the list of streams by their last write, and the timer for those that have been silent.
#pragma once

#include "wampfcgi/bridge/gateway.hpp"
#include "wampfcgi/bridge/timers.hpp"

#include <chrono>
#include <list>
#include <utility>

namespace wampfcgi::bridge {

/// Makes streams send a keep-alive after `longest_silence` without a write. All of them share one timer.
class heartbeat {
public:
    using time_point = std::chrono::steady_clock::time_point;

    /// A stream. It may end itself when called.
    class listener {
    public:
        virtual void has_been_silent() = 0;

    protected:
        ~listener() = default;
    };

    heartbeat(std::chrono::seconds longest_silence, timers& wakers, const gateway::steady_clock& stopwatch)
        : longest_silence_(longest_silence),
          timers_(wakers),
          stopwatch_(stopwatch)
    {}

    /// Watches one stream, from the first sent() until it is destroyed.
    class place {
    public:
        place(heartbeat& of, listener& who) : of_(of), who_(who) {}
        ~place()
        {
            if (is_listed_)
                of_.streams_.erase(where_);
        }
        place(const place&) = delete;
        place& operator=(const place&) = delete;

        /// Call it whenever something is sent.
        void sent();

    private:
        heartbeat& of_;
        listener& who_;
        bool is_listed_ = false;
        std::list<std::pair<time_point, listener*>>::iterator where_;
    };

private:
    void wake_up_at(time_point when, time_point now);
    void look();

    std::chrono::seconds longest_silence_;
    timers& timers_;
    const gateway::steady_clock& stopwatch_;
    std::list<std::pair<time_point, listener*>> streams_;  // by the time of the last write, earliest first
    bool is_waiting_ = false;                              // a call of look() is pending
};

}  // namespace wampfcgi::bridge
