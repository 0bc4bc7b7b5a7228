#include "bridge/wanted_topics.hpp"

#include "bridge/post_service.hpp"
#include "wampfcgi/checks/signature.hpp"
#include "wampfcgi/codec/body.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace wampfcgi::bridge {
namespace {

std::optional<topic_match> match_named(std::string_view name)
{
    if (name == "exact")
        return topic_match::exact;
    if (name == "prefix")
        return topic_match::prefix;
    if (name == "wildcard")
        return topic_match::wildcard;
    return std::nullopt;
}

}  // namespace

result<std::vector<subscription>> wanted_topics(std::string_view query)
{
    auto given = checks::other_parameters(query);
    if (!given)
        return given.error();
    std::optional<std::string> match;
    std::vector<subscription> wanted;
    for (auto& [name, value] : *given) {
        if (name == "match" && !match)
            match = std::move(value);
        else if (name == "topic" && std::ranges::find(wanted, value, &subscription::topic) == wanted.end())
            wanted.push_back({std::move(value)});
    }
    if (wanted.empty())
        return failure{errc::topic_missing, "the query has no topic"};
    if (wanted.size() > max_topics)
        return failure{errc::parameter_invalid,
                       std::to_string(wanted.size()) + " topics, " + std::to_string(max_topics) + " allowed",
                       {},
                       "topic"};
    const auto how = match_named(match.value_or("exact"));
    if (!how)
        return failure{errc::parameter_invalid, "match is neither exact nor prefix nor wildcard", *match, "match"};
    for (subscription& each : wanted) {
        each.match = *how;
        if (!codec::is_loose_uri(each.topic, *how))
            return failure{errc::topic_invalid, "topic is not a valid WAMP URI", each.topic};
    }
    return wanted;
}

// A router compares characters, not components: the prefix "com.example" also matches "com.examples". An empty
// component of a wildcard matches anything.
bool is_within(const subscription& wanted, const std::vector<std::string>& patterns)
{
    if (wanted.match == topic_match::exact)
        return is_covered(wanted.topic, patterns);
    return std::ranges::any_of(patterns, [&](const std::string& pattern) {
        return pattern.ends_with('.') && wanted.topic.starts_with(pattern);
    });
}

}  // namespace wampfcgi::bridge
