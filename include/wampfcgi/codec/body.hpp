// Owns the conversion of a request body to a call or publication: UTF-8, JSON, shape, and lossless JSON to MessagePack.
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

/// The deepest nesting of arrays and objects in a request or response body, counting the outermost object.
inline constexpr unsigned max_depth = 128;

/// The most members of all objects in a request body. Until its object is closed, a member takes several times its
/// size.
inline constexpr std::size_t max_body_members = 1'000'000;

/// The member of kwargs that only this program may set.
inline constexpr std::string_view reserved_member = "_http";

/// Whether the member `procedure` may be missing.
enum class procedure_member { required, optional };

/// Parses a request body, a JSON object with procedure, args, kwargs, into `made`, whose procedure and arguments must
/// be empty; a procedure that is not given stays empty. Integers from -2^63 to 2^64-1 and doubles are kept exactly. A
/// string of U+0000 and Base64 becomes a binary value (WAMP, "Binary conversion of JSON strings"). Empty kwargs in the
/// form [] and empty args in the form {} count as absent. Fails with, checked in this order: body_not_utf8,
/// body_not_json, body_too_large (more than max_body_members, or arguments of more than `most_bytes` of MessagePack;
/// parsing stops there), body_not_object, procedure_missing, procedure_invalid, arguments_invalid (also when kwargs has
/// the reserved member).
result<void> parse_body(call& made, std::string_view body,
                        std::size_t most_bytes = std::numeric_limits<std::size_t>::max(),
                        procedure_member procedure = procedure_member::required);

/// Converts query parameters to keyword arguments: a MessagePack map in the same order. A value is a string; a repeated
/// name has a list. Names and values must be UTF-8. Fails with arguments_invalid for the reserved member's name, and
/// with body_too_large beyond `most_bytes`.
result<std::string> query_kwargs(std::span<const std::pair<std::string, std::string>> parameters,
                                 std::size_t most_bytes = std::numeric_limits<std::size_t>::max());

/// Topic, arguments and options of a request body.
struct parsed_publication {
    std::string topic;
    payload arguments;
    std::string options;  ///< PUBLISH.Options: one MessagePack map
};

/// Who sent a publication: only the holder of a key may set options that speak for others.
enum class sender { anybody, holder_of_a_key };

/// Parses a request body like parse_body(), but a JSON object with topic, args, kwargs and options. Fails with
/// topic_missing and topic_invalid in place of procedure_missing and procedure_invalid, and last with options_invalid.
/// Accepts the options of contract section 7, `forward_for` only from the holder of a key. Always asks for PUBLISHED.
result<parsed_publication> parse_publication(std::string_view body, sender from,
                                             std::size_t most_bytes = std::numeric_limits<std::size_t>::max());

/// A value in the reserved member of kwargs; absent means null.
using reserved_value = std::pair<std::string_view, std::optional<std::string_view>>;

/// Adds the reserved member, a map of `values`, to `kwargs`: a MessagePack map without that member, or empty. A value
/// that is not UTF-8 becomes null: with replacement characters, different values could become equal.
std::string with_reserved_member(std::string_view kwargs, std::span<const reserved_value> values);

/// True for a loose WAMP URI: components separated by single dots, none empty, no white space, no '#'.
bool is_loose_uri(std::string_view text);

/// The same for a subscription's topic: with `wildcard` any component may be empty, with `prefix` the last one.
bool is_loose_uri(std::string_view text, topic_match match);

}  // namespace wampfcgi::codec
