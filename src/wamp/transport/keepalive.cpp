#include "wamp/transport/keepalive.hpp"

namespace wampfcgi::wamp {

void keepalive::heard(time_point now)
{
    last_heard_ = now;
    pinged_.reset();
}

void keepalive::answered()
{
    awaits_pong_ = false;
    habit_ = ping_habit::answers;
}

void keepalive::lost()
{
    if (awaits_pong_ && habit_ == ping_habit::unknown)
        habit_ = ping_habit::to_be_avoided;
}

keepalive::verdict keepalive::tick(time_point now, bool may_probe)
{
    if (habit_ == ping_habit::to_be_avoided)
        return verdict::wait;
    if (pinged_) {
        if (now - *pinged_ < limit_ / 2)
            return verdict::wait;
        if (habit_ == ping_habit::answers)
            return verdict::dead;
        habit_ = ping_habit::to_be_avoided;
        return verdict::wait;
    }
    if (now - last_heard_ < interval() || (habit_ == ping_habit::unknown && !may_probe))
        return verdict::wait;
    pinged_ = now;
    awaits_pong_ = true;
    return verdict::ping;
}

}  // namespace wampfcgi::wamp
