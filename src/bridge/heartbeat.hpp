// Owns which streams have been silent for a while, and when that is to be looked at.
#pragma once

#include "wampfcgi/bridge/gateway.hpp"
#include "wampfcgi/bridge/timers.hpp"

#include <chrono>
#include <list>
#include <utility>

namespace wampfcgi::bridge {

/// Tells streams to send a sign of life when nothing was sent for `longest_silence`. One timer does for all of them.
class heartbeat {
public:
    using time_point = std::chrono::steady_clock::time_point;

    /// A stream. It may end when it is told.
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

    /// Has a stream in its care, from the first sent() on until it is destroyed.
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

        /// Something is sent now.
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
    std::list<std::pair<time_point, listener*>> streams_;  // when something was sent last: the earliest first
    bool is_waiting_ = false;                              // look() will be called
};

}  // namespace wampfcgi::bridge
