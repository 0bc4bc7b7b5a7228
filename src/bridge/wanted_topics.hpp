// Owns parsing the query of an events service for topics, and the check that they are allowed (contract section 7,
// "events").
#pragma once

#include "wampfcgi/core/call.hpp"
#include "wampfcgi/core/result.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace wampfcgi::bridge {

/// The most topics of one stream.
inline constexpr std::size_t max_topics = 32;

/// The topics in `query`, without duplicates, in the given order; at least one. Fails with topic_missing,
/// topic_invalid, parameter_invalid (too many topics, an unknown match, not UTF-8).
result<std::vector<subscription>> wanted_topics(std::string_view query);

/// True when one of `patterns` matches every topic that the subscription matches. A pattern is an exact URI, or a
/// prefix that ends in ".".
bool is_within(const subscription& wanted, const std::vector<std::string>& patterns);

}  // namespace wampfcgi::bridge
