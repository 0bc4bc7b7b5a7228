// Owns writing single values as JSON text (RFC 8259).
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace wampfcgi::codec {

/// True for a number without fraction and exponent, in JSON or as std::to_chars() writes it. Faster than
/// find_first_of(), which searches its set for every character.
inline bool is_of_digits(std::string_view number)
{
    return std::ranges::none_of(number, [](char c) { return c == '.' || c == 'e' || c == 'E'; });
}

/// Appends `utf8`, which must be valid UTF-8, as a string. Escapes only what JSON requires.
void append_string(std::string& out, std::string_view utf8);

/// Appends a binary value in WAMP's form: a string of U+0000 and Base64.
void append_binary(std::string& out, std::string_view bytes);

/// Appends the shortest form that parses back to the same double and not to an integer; null for NaN and infinity.
void append_double(std::string& out, double value);

}  // namespace wampfcgi::codec
