#include "process/hang_detector.hpp"

#include <algorithm>

namespace wampfcgi::process {

void hang_detector::began(pid_t pid, time_point now)
{
    if (silent_.empty())
        looked_ = now;
    silent_[pid] = {};
}

void hang_detector::heard(pid_t pid) noexcept
{
    if (const auto found = silent_.find(pid); found != silent_.end())
        found->second = {};
}

std::vector<pid_t> hang_detector::find_hanging(time_point now)
{
    std::vector<pid_t> hang;
    if (silent_.empty() || now < looked_ + given_.look_every)
        return hang;
    const std::chrono::nanoseconds passed = std::min<std::chrono::nanoseconds>(now - looked_, 2 * given_.look_every);
    looked_ = now;
    for (auto& [pid, silence] : silent_) {
        silence += passed;
        if (silence < given_.patience)
            continue;
        hang.push_back(pid);
        silence = {};
    }
    return hang;
}

std::optional<hang_detector::time_point> hang_detector::next_look() const noexcept
{
    if (silent_.empty())
        return {};
    return looked_ + given_.look_every;
}

}  // namespace wampfcgi::process
