// Owns when a message that has begun to arrive takes too long: as long as its end does not come, it swallows every
// answer that the router sends. Owns no timer.
#pragma once

#include <chrono>
#include <cstddef>

namespace wampfcgi::wamp {

class arrival {
public:
    /// A message that has begun has to end, or `least_bytes` of it have to come, within each `limit`.
    static constexpr std::chrono::seconds limit{5};
    static constexpr std::size_t least_bytes = 16 * 1024;

    enum class verdict {
        stop_timer,   ///< no message is on its way
        start_timer,  ///< anew, of `limit`: when it has run out, the router is too slow
        leave_timer,  ///< as it is
    };

    /// So many bytes have come, with the end of a message among them or not; behind them one is not whole, or none is.
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
