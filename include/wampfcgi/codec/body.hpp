// Owns the way from a request body to a call: UTF-8, JSON, shape, and JSON to MessagePack without loss.
#pragma once

#include "wampfcgi/core/call.hpp"
#include "wampfcgi/core/result.hpp"

#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace wampfcgi::codec {

/// Most nested arrays and objects in a request body or a response body, the outermost object counted.
inline constexpr unsigned max_depth = 128;

/// Most members of all objects in a request body: each takes several times its bytes until its object is closed.
inline constexpr std::size_t max_body_members = 1'000'000;

/// The member of kwargs that is ours alone to set.
inline constexpr std::string_view reserved_member = "_http";

/// Procedure and arguments of a request body.
struct parsed_body {
    std::string procedure;
    payload arguments;
};

/// Reads a request body: a JSON object with procedure, args, kwargs. Integers from -2^63 to 2^64-1 and doubles pass
/// unchanged; a string of U+0000 and Base64 becomes a binary value (WAMP, "Binary conversion of JSON strings").
/// Fails with body_not_utf8, body_not_json, body_too_large (more than max_body_members, or arguments of more than
/// `most_bytes` of MessagePack, behind which nothing is read), body_not_object, procedure_missing, procedure_invalid,
/// arguments_invalid (also where kwargs has the reserved member), looked for in this order.
result<parsed_body> parse_body(std::string_view body, std::size_t most_bytes = std::numeric_limits<std::size_t>::max());

/// A value in the reserved member of kwargs; absent: null.
using reserved_value = std::pair<std::string_view, std::optional<std::string_view>>;

/// Puts the reserved member, a map of `values`, into `kwargs`, a MessagePack map that does not have it, or empty. What
/// is no UTF-8 becomes null: a replacement could make two values one.
std::string with_reserved_member(std::string_view kwargs, std::span<const reserved_value> values);

/// True for a loose WAMP URI: components separated by single dots, none empty, no white space, no '#'.
bool is_loose_uri(std::string_view text);

}  // namespace wampfcgi::codec
