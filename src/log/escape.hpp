// Owns escaping of any bytes for one line of a log. Other modules use quote() in log.hpp.
#pragma once

#include <string>
#include <string_view>

namespace wampfcgi::log {

/// Appends `text`, with \xNN for bytes that are not UTF-8 and for characters that could end a line or rearrange text.
void append_escaped(std::string& out, std::string_view text);

/// The same in double quotes, with a backslash before quotes and backslashes. Applied to the output of
/// append_escaped(), it makes a JSON string.
void append_quoted(std::string& out, std::string_view text);

/// Outside text, escaped, cut at 200 bytes and then followed by "...", without quotes.
std::string escape_outside(std::string_view text);

}  // namespace wampfcgi::log
