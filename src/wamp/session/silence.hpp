// Owns when a router that answers no PING has gone all the same: calls run into their time-outs, and not a byte comes.
// Owns no timer.
#pragma once

#include <chrono>
#include <optional>

namespace wampfcgi::wamp {

class silence {
public:
    using time_point = std::chrono::steady_clock::time_point;

    explicit silence(std::chrono::seconds limit) : limit_(limit) {}

    /// A call has run into its time-out at `now`, and the last byte from the router came at `heard`. True when other
    /// calls have done so for as long as `limit`, and nothing came since the first of them.
    bool is_too_long(time_point now, time_point heard)
    {
        if (!first_ || *first_ <= heard)
            first_ = now;
        return now - *first_ >= limit_;
    }

private:
    std::chrono::seconds limit_;
    std::optional<time_point> first_;  // time-out since the last byte
};

}  // namespace wampfcgi::wamp
