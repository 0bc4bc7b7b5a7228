// Owns the checks for any message of a router that may answer a call.
#pragma once

#include <string_view>

namespace wampfcgi::fuzz {

/// Parses a message in MessagePack as the connection does, and checks the resulting responses.
void look_at_answer(std::string_view message);

}  // namespace wampfcgi::fuzz
