#pragma once
// Topics with a meaning: those that nobody may use, and those whose PUBLISHED and SUBSCRIBED break the rules.

#include "pubsub.hpp"

#include <string_view>

namespace wampfcgi::devrouter {

/// Whether nobody may publish or subscribe to it.
bool is_denied(std::string_view topic);

/// Answers in the wrong way where the topic's name asks for it. False: it does not, and nothing was sent.
bool break_rules(pubsub& asked, std::string_view topic, const pubsub_answer& right);

}  // namespace wampfcgi::devrouter
