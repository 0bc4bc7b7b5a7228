// Owns what must hold for any message of a router that may be the answer of a call.
#pragma once

#include <string_view>

namespace wampfcgi::fuzz {

/// Reads a message in MessagePack as the connection does, and looks at the responses that are made of it.
void look_at_answer(std::string_view message);

}  // namespace wampfcgi::fuzz
