// Owns detecting that a message arrives too slowly: until its end arrives, it blocks all answers behind it. Owns no
// timer.
#pragma once

#include <chrono>
#include <cstddef>

namespace wampfcgi::wamp {

class arrival {
public:
    /// Within each `limit`, an incomplete message must end, or `least_bytes` of it must arrive.
    static constexpr std::chrono::seconds limit{5};
    static constexpr std::size_t least_bytes = 16 * 1024;

    enum class verdict {
        stop_timer,   ///< no message is incomplete
        start_timer,  ///< start it again with `limit`; when it expires, the router is too slow
        leave_timer,  ///< do not change it
    };

    /// `bytes` have arrived. `ended`: the end of a message was among them. `partial`: the last message is incomplete.
    verdict heard(std::size_t bytes, bool ended, bool partial)
    {
        const bool is_same = awaited_ && !ended;
        awaited_ = partial;
        if (!partial)
            return verdict::stop_timer;
        bytes_ += bytes;
        if (is_same && bytes_ < least_bytes)
            return verdict::leave_timer;
        bytes_ = 0;
        return verdict::start_timer;
    }

private:
    bool awaited_ = false;
    std::size_t bytes_ = 0;  // since the timer was started
};

}  // namespace wampfcgi::wamp
