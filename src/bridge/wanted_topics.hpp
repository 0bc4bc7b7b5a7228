// Owns what a client of an events service asks for by its query, and whether it may have it (contract section 7,
// "events").
#pragma once

#include "wampfcgi/core/call.hpp"
#include "wampfcgi/core/result.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace wampfcgi::bridge {

/// Most topics of one stream.
inline constexpr std::size_t max_topics = 32;

/// The topics of `query`, each once, in the order in which they are given; there is at least one. Fails with
/// topic_missing, topic_invalid, parameter_invalid (too many topics, an unknown match, no UTF-8).
result<std::vector<subscription>> wanted_topics(std::string_view query);

/// True where every event of the subscription is on a topic that one of `patterns`, exact URIs and prefixes that end
/// in ".", covers.
bool is_within(const subscription& wanted, const std::vector<std::string>& patterns);

}  // namespace wampfcgi::bridge
