#include "metrics/rendering/totals.hpp"
#include "wampfcgi/metrics/snapshot.hpp"

#include <algorithm>

namespace wampfcgi::metrics {
namespace {

bool is_serving(const worker_figures& which)
{
    return which.state == worker_figures::phase::serving;
}

bool has_all_sessions(const worker_figures& which)
{
    return is_serving(which) && which.sessions_up >= which.sessions_wanted;
}

std::string missing_session(const session_figures& which)
{
    return "sessions in realm " + which.realm + " with role " + which.role + ": " + std::to_string(which.up) + " of " +
           std::to_string(which.wanted);
}

}  // namespace

bool is_ready(const snapshot& now)
{
    return std::ranges::any_of(now.workers,
                               [](const auto& each) { return has_all_sessions(each) && each.store_answers; });
}

std::vector<std::string> what_is_missing(const snapshot& now)
{
    if (is_ready(now))
        return {};
    if (std::ranges::none_of(now.workers, is_serving))
        return {"no worker serves"};
    std::vector<std::string> missing;
    if (std::ranges::none_of(now.workers, has_all_sessions)) {
        for (const session_figures& each : now.sessions)
            if (each.up < each.wanted)
                missing.push_back(missing_session(each));
        if (missing.empty())
            missing.emplace_back("no worker has all of its sessions");
    }
    if (!sum_up(now).store_answers)
        missing.emplace_back("the store does not answer");
    if (missing.empty())
        missing.emplace_back("no worker has both its sessions and the store");
    return missing;
}

}  // namespace wampfcgi::metrics
