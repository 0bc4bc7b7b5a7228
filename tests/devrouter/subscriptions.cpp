#include "subscriptions.hpp"

#include "crypto.hpp"

#include <algorithm>
#include <iterator>

namespace wampfcgi::devrouter {

namespace {

/// An empty component of the pattern matches any one component.
bool matches_wildcard(std::string_view pattern, std::string_view topic)
{
    for (;;) {
        const auto pattern_end = pattern.find('.');
        const auto topic_end = topic.find('.');
        const auto wanted = pattern.substr(0, pattern_end);
        if (!wanted.empty() && wanted != topic.substr(0, topic_end))
            return false;
        if (pattern_end == std::string_view::npos || topic_end == std::string_view::npos)
            return pattern_end == topic_end;
        pattern.remove_prefix(pattern_end + 1);
        topic.remove_prefix(topic_end + 1);
    }
}

bool matches_pattern(match_policy match, std::string_view pattern, std::string_view topic)
{
    return match == match_policy::prefix ? topic.starts_with(pattern) : matches_wildcard(pattern, topic);
}

}  // namespace

std::string_view name_of(match_policy match)
{
    switch (match) {
    case match_policy::exact:
        return "exact";
    case match_policy::prefix:
        return "prefix";
    case match_policy::wildcard:
        return "wildcard";
    }
    return {};
}

const subscription& subscriptions::add(session& who, std::string_view topic, match_policy match)
{
    const auto [known, is_new] = ids_.try_emplace({match, std::string(topic)}, 0);
    if (is_new) {
        known->second = random_id();
        by_id_.emplace(known->second, subscription{known->second, match, std::string(topic), {}});
    }
    auto& found = by_id_.at(known->second);
    if (std::ranges::find(found.subscribers, &who) == found.subscribers.end())
        found.subscribers.push_back(&who);
    return found;
}

bool subscriptions::remove(session& who, std::uint64_t id)
{
    const auto found = by_id_.find(id);
    if (found == by_id_.end() || std::erase(found->second.subscribers, &who) == 0)
        return false;
    if (found->second.subscribers.empty()) {
        ids_.erase({found->second.match, found->second.topic});
        by_id_.erase(found);
    }
    return true;
}

void subscriptions::remove_all(const session& who)
{
    const auto is_it = [&who](const session* each) { return each == &who; };
    for (auto each = by_id_.begin(); each != by_id_.end();) {
        auto& held = each->second;
        std::erase_if(held.subscribers, is_it);
        if (held.subscribers.empty())
            ids_.erase({held.match, held.topic});
        each = held.subscribers.empty() ? by_id_.erase(each) : std::next(each);
    }
}

std::vector<const subscription*> subscriptions::matching(std::string_view topic) const
{
    std::vector<const subscription*> found;
    if (const auto exact = ids_.find({match_policy::exact, std::string(topic)}); exact != ids_.end())
        found.push_back(&by_id_.at(exact->second));
    for (auto pattern = ids_.lower_bound({match_policy::prefix, {}}); pattern != ids_.end(); ++pattern)
        if (matches_pattern(pattern->first.first, pattern->first.second, topic))
            found.push_back(&by_id_.at(pattern->second));
    return found;
}

}  // namespace wampfcgi::devrouter
