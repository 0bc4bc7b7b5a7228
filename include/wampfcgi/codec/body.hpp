// Owns the way from a request body to a call or a publication: UTF-8, JSON, shape, and JSON to MessagePack without
// loss.
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
    std::string procedure;  ///< empty where it is not given
    payload arguments;
};

/// Whether a body may leave the member `procedure` out.
enum class procedure_member { required, optional };

/// Reads a request body: a JSON object with procedure, args, kwargs. Integers from -2^63 to 2^64-1 and doubles pass
/// unchanged; a string of U+0000 and Base64 becomes a binary value (WAMP, "Binary conversion of JSON strings").
/// Fails with body_not_utf8, body_not_json, body_too_large (more than max_body_members, or arguments of more than
/// `most_bytes` of MessagePack, behind which nothing is read), body_not_object, procedure_missing, procedure_invalid,
/// arguments_invalid (also where kwargs has the reserved member), looked for in this order. An empty list for kwargs
/// and an empty object for args count as absent.
result<parsed_body> parse_body(std::string_view body, std::size_t most_bytes = std::numeric_limits<std::size_t>::max(),
                               procedure_member procedure = procedure_member::required);

/// The keyword arguments that parameters of a query stand for, as a MessagePack map in their order: always strings, and
/// of a name that is given more than once a list. Names and values are UTF-8. Fails with arguments_invalid where one
/// has the reserved member's name, and with body_too_large beyond `most_bytes`.
result<std::string> query_kwargs(std::span<const std::pair<std::string, std::string>> parameters,
                                 std::size_t most_bytes = std::numeric_limits<std::size_t>::max());

/// Topic, arguments and options of a request body.
struct parsed_publication {
    std::string topic;
    payload arguments;
    std::string options;  ///< PUBLISH.Options: one MessagePack map
};

/// Who is believed what options say about others.
enum class sender { anybody, holder_of_a_key };

/// Reads a request body: a JSON object with topic, args, kwargs and options, otherwise as parse_body(). Fails with
/// topic_missing and topic_invalid in place of procedure_missing and procedure_invalid, and last with options_invalid.
/// Of the options those of contract section 7 are taken over, `forward_for` only from the holder of a key; PUBLISHED is
/// asked for always.
result<parsed_publication> parse_publication(std::string_view body, sender from,
                                             std::size_t most_bytes = std::numeric_limits<std::size_t>::max());

/// A value in the reserved member of kwargs; absent: null.
using reserved_value = std::pair<std::string_view, std::optional<std::string_view>>;

/// Puts the reserved member, a map of `values`, into `kwargs`, a MessagePack map that does not have it, or empty. What
/// is no UTF-8 becomes null: a replacement could make two values one.
std::string with_reserved_member(std::string_view kwargs, std::span<const reserved_value> values);

/// True for a loose WAMP URI: components separated by single dots, none empty, no white space, no '#'.
bool is_loose_uri(std::string_view text);

/// The same for the topic of a subscription: with `wildcard` components may be empty, with `prefix` the last one.
bool is_loose_uri(std::string_view text, topic_match match);

}  // namespace wampfcgi::codec
