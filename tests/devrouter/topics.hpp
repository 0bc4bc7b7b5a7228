#pragma once
// Special topics: those that nobody may use, and those with a wrong PUBLISHED or SUBSCRIBED.

#include "pubsub.hpp"

#include <string_view>

namespace wampfcgi::devrouter {

/// True when nobody may publish or subscribe to the topic.
bool is_denied(std::string_view topic);

/// Sends a wrong answer if the topic's name asks for one. Returns false when it sent nothing.
bool break_rules(pubsub& asked, std::string_view topic, const pubsub_answer& right);

}  // namespace wampfcgi::devrouter
