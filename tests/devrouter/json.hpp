#pragma once
// Converts WAMP messages between JSON and MessagePack, value by value: 64-bit integers with and without a sign,
// doubles, text, and binary in WAMP's JSON form ("\u0000" and Base64).

#include <optional>
#include <string>
#include <string_view>

namespace wampfcgi::devrouter {

/// Nothing for invalid JSON, nesting deeper than 500, or a number beyond a double.
std::optional<std::string> messagepack_from_json(std::string_view text);

/// Nothing unless it is a single well-formed value that JSON can represent: no extension types, infinite numbers, or
/// keys that are not text. Text passes unchanged, valid UTF-8 or not.
std::optional<std::string> json_from_messagepack(std::string_view packed);

}  // namespace wampfcgi::devrouter
