// Owns making any bytes fit for one line of a log. quote(), which others use, is declared in log.hpp.
#pragma once

#include <string>
#include <string_view>

namespace wampfcgi::log {

/// Appends `text` with \xNN for whatever could end a line or move text about, and for bytes that are not UTF-8.
void append_escaped(std::string& out, std::string_view text);

/// The same in double quotes, with a backslash before quotes and backslashes. Of what append_escaped() gives, it makes
/// a JSON string.
void append_quoted(std::string& out, std::string_view text);

/// Text from outside, escaped, cut at 200 bytes with "..." behind it, without quotes.
std::string escape_outside(std::string_view text);

}  // namespace wampfcgi::log
