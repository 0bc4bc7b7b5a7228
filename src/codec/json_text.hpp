// Owns how single values look as JSON text (RFC 8259).
#pragma once

#include <string>
#include <string_view>

namespace wampfcgi::codec {

/// Appends `utf8` as a string; it must be valid UTF-8, which stays as it is where JSON needs no escape.
void append_string(std::string& out, std::string_view utf8);

/// Appends WAMP's form of a binary value: a string of U+0000 and Base64.
void append_binary(std::string& out, std::string_view bytes);

/// Appends the shortest form that reads back as the same double and as no integer; null where JSON has none.
void append_double(std::string& out, double value);

}  // namespace wampfcgi::codec
