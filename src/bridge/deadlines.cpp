#include "bridge/deadlines.hpp"

#include <algorithm>

namespace wampfcgi::bridge {

void deadlines::place::set(time_point when)
{
    clear();
    where_ = of_.places_.emplace(when, this);
    of_.wake_up_at(when);
}

void deadlines::place::clear()
{
    if (where_)
        of_.places_.erase(*where_);
    where_.reset();
}

std::optional<deadlines::time_point> deadlines::place::when() const
{
    return where_ ? std::optional((*where_)->first) : std::nullopt;
}

void deadlines::wake_up_at(time_point when)
{
    if (wakes_at_ && *wakes_at_ <= when)
        return;
    wakes_at_ = when;
    const auto delay = std::max(when - stopwatch_(), time_point::duration::zero());
    timers_.call_after(std::chrono::ceil<std::chrono::milliseconds>(delay), [this] { look(); });
}

// A listener may end itself and other listeners when called.
void deadlines::look()
{
    wakes_at_.reset();
    const time_point now = stopwatch_();
    while (!places_.empty() && places_.begin()->first <= now) {
        place& first = *places_.begin()->second;
        first.clear();
        first.who_.time_is_over();
    }
    if (!places_.empty())
        wake_up_at(places_.begin()->first);
}

}  // namespace wampfcgi::bridge
