// Owns parsing the JSON of a request body in one pass: each known member becomes a MessagePack value. body.cpp checks
// whether the members make a call or a publication.
#pragma once

#include "wampfcgi/core/result.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace wampfcgi::codec {

enum class value_kind { absent, null, text, list, object, other };

struct body_member {
    value_kind kind = value_kind::absent;
    std::string value;  ///< MessagePack; empty when absent
};

/// The content of a request body. All members are absent when the root is not an object.
struct body_members {
    value_kind root = value_kind::absent;
    body_member uri;       ///< procedure or topic
    std::string uri_text;  ///< its text, if the URI is a string
    body_member args;
    body_member kwargs;
    body_member options;               ///< of publications only
    bool has_reserved_member = false;  ///< in any kwargs, even in a duplicate that does not count
};

enum class body_kind { call, publication };

/// Parses `body`, which must be valid UTF-8, into `members`. The last of duplicate members counts. Fails with
/// body_not_json, or with body_too_large when objects have more than max_body_members, or a counted member takes more
/// than `most_bytes`; parsing stops there.
result<void> read_body(body_members& members, std::string_view body, body_kind kind, std::size_t most_bytes);

}  // namespace wampfcgi::codec
