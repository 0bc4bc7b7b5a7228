// Owns reading the JSON of a request body in one pass: each member that means something becomes a MessagePack value.
// Whether the members are what a call or a publication needs is body.cpp's business.
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

/// What a request body holds. All members are absent where the root is no object.
struct body_members {
    value_kind root = value_kind::absent;
    body_member uri;       ///< procedure or topic
    std::string uri_text;  ///< itself where its kind is text
    body_member args;
    body_member kwargs;
    body_member options;               ///< of a publication only
    bool has_reserved_member = false;  ///< a kwargs, if only one that does not count, has it
};

enum class body_kind { call, publication };

/// Reads `body`, which is valid UTF-8, into `members`. Of members given twice the last counts. Fails with
/// body_not_json, or body_too_large where objects have more than max_body_members, or a member that counts takes more
/// than `most_bytes`: reading stops there.
result<void> read_body(body_members& members, std::string_view body, body_kind kind, std::size_t most_bytes);

}  // namespace wampfcgi::codec
