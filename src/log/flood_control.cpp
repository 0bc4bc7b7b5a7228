#include "log/flood_control.hpp"

#include <algorithm>

namespace wampfcgi::log {

void flood_control::tell(const series& about, std::vector<summary>& to)
{
    if (about.lines <= most_lines)
        return;
    const auto seconds =
        std::max(std::chrono::ceil<std::chrono::seconds>(about.last - about.first), std::chrono::seconds(1));
    to.push_back({about.level, "last message repeated " + std::to_string(about.lines - most_lines) + " times in " +
                                   std::to_string(seconds.count()) + " s: " + about.kind});
}

std::vector<flood_control::summary> flood_control::due(time_point now)
{
    std::vector<summary> told;
    std::erase_if(all_, [&](const series& each) {
        const bool over = now - each.first >= window;
        if (over)
            tell(each, told);
        return over;
    });
    return told;
}

bool flood_control::admits(log_level level, std::string_view kind, time_point now, std::vector<summary>& dropped)
{
    auto found = std::find_if(all_.begin(), all_.end(),
                              [&](const series& each) { return each.level == level && each.kind == kind; });
    if (found == all_.end()) {
        if (all_.size() == most_kinds) {
            tell(all_.front(), dropped);
            all_.erase(all_.begin());
        }
        found = all_.insert(all_.end(), {level, std::string(kind), now, now});
    }
    found->last = now;
    return ++found->lines <= most_lines;
}

std::vector<flood_control::summary> flood_control::finish()
{
    std::vector<summary> told;
    for (const series& each : all_)
        tell(each, told);
    all_.clear();
    return told;
}

}  // namespace wampfcgi::log
