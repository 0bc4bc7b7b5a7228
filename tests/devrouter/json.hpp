#pragma once
// WAMP messages between JSON and MessagePack, value for value: integers of 64 bits with and without a sign, doubles,
// text, and binary as WAMP writes it in JSON ("\u0000" and Base64).

#include <optional>
#include <string>
#include <string_view>

namespace wampfcgi::devrouter {

/// Nothing for what is no JSON, nests deeper than 500, or has a number beyond a double.
std::optional<std::string> messagepack_from_json(std::string_view text);

/// Nothing for what is no single well-formed value, or has what JSON does not: extension types, infinite numbers,
/// keys that are no text. Text passes as its bytes, be they UTF-8 or not.
std::optional<std::string> json_from_messagepack(std::string_view packed);

}  // namespace wampfcgi::devrouter
