// Owns the way from a request body to a call: UTF-8, JSON, shape, and JSON to MessagePack without loss.
#pragma once

#include "wampfcgi/core/call.hpp"
#include "wampfcgi/core/result.hpp"

#include <string_view>

namespace wampfcgi::codec {

/// Most nested arrays and objects in a request body or a response body, the outermost object counted.
inline constexpr unsigned max_depth = 128;

/// Procedure and arguments of a request body.
struct parsed_body {
    std::string procedure;
    payload arguments;
};

/// Reads a request body: a JSON object with procedure, args, kwargs. Integers from -2^63 to 2^64-1 and doubles pass
/// unchanged; a string of U+0000 and Base64 becomes a binary value (WAMP, "Binary conversion of JSON strings").
/// Fails with body_not_utf8, body_not_json, body_not_object, procedure_missing, procedure_invalid, arguments_invalid,
/// looked for in this order.
result<parsed_body> parse_body(std::string_view body);

/// True for a loose WAMP URI: components separated by single dots, none empty, no white space, no '#'.
bool is_loose_uri(std::string_view text);

}  // namespace wampfcgi::codec
