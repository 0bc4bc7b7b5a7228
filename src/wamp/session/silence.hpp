// Owns detecting that a router which answers no PING has gone: calls time out, and nothing arrives. Owns no timer.
#pragma once

#include <chrono>
#include <optional>

namespace wampfcgi::wamp {

class silence {
public:
    using time_point = std::chrono::steady_clock::time_point;

    explicit silence(std::chrono::seconds limit) : limit_(limit) {}

    /// Call it when a call times out at `now`; `heard` is when the last byte from the router arrived. Returns true when
    /// calls have been timing out for `limit` without a byte in between.
    bool is_too_long(time_point now, time_point heard)
    {
        if (!first_ || *first_ <= heard)
            first_ = now;
        return now - *first_ >= limit_;
    }

private:
    std::chrono::seconds limit_;
    std::optional<time_point> first_;  // the first time-out since the last byte
};

}  // namespace wampfcgi::wamp
