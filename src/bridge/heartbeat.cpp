#include "bridge/heartbeat.hpp"

#include <iterator>

namespace wampfcgi::bridge {

void heartbeat::place::sent()
{
    const time_point now = of_.stopwatch_();
    if (is_listed_) {
        where_->first = now;
        of_.streams_.splice(of_.streams_.end(), of_.streams_, where_);
        return;
    }
    of_.streams_.emplace_back(now, &who_);
    where_ = std::prev(of_.streams_.end());
    is_listed_ = true;
    if (!of_.is_waiting_)
        of_.wake_up_at(now + of_.longest_silence_, now);
}

void heartbeat::wake_up_at(time_point when, time_point now)
{
    is_waiting_ = true;
    timers_.call_after(std::chrono::ceil<std::chrono::milliseconds>(when - now), [this] { look(); });
}

// A listener either sends, which moves it to the end of the list, or ends itself.
void heartbeat::look()
{
    is_waiting_ = false;
    const time_point now = stopwatch_();
    while (!streams_.empty() && streams_.front().first + longest_silence_ <= now)
        streams_.front().second->has_been_silent();
    if (!streams_.empty() && !is_waiting_)
        wake_up_at(streams_.front().first + longest_silence_, now);
}

}  // namespace wampfcgi::bridge
