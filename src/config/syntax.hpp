// Owns the explanation of a syntax error: the missing character, or what is wrong in a string.
#pragma once

#include "config/tree.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace wampfcgi::config {

/// The last token before the parser stopped.
enum class last_token { none, key, value, opening_bracket };

/// Why `text`, which is JSON with comments up to `stop`, is invalid there. `open` is the list or object around the
/// place, or null. Shows nothing of the text.
std::string what_is_wrong(std::string_view text, std::size_t stop, const node* open, last_token last);

/// True if `stop` is inside a string that begins before it.
bool is_in_string(std::string_view text, std::size_t stop);

}  // namespace wampfcgi::config
