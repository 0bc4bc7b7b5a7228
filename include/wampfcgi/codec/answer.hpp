// Owns the conversion of a RESULT or ERROR to the response's JSON, and parsing MessagePack for it.
#pragma once

#include "wampfcgi/core/call.hpp"
#include "wampfcgi/core/result.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace wampfcgi::codec {

/// Response body for a RESULT (contract section 4). Fails with result_invalid when JSON cannot hold the payload.
result<std::string> result_body(const payload_view& result);

/// Response body for an ERROR: always error, args and kwargs. Fails with result_invalid.
result<std::string> error_body(const call_error& error);

/// What a client receives for an EVENT: always topic, args and kwargs. Fails with result_invalid.
result<std::string> event_body(const topic_event& event);

/// Response body of a refusal: wampfcgi.error.<name>, its sentence, and the parameter at fault if any.
std::string refusal_body(const failure& why);

/// Length in bytes of the first MessagePack value in `bytes`, which may be nested `max_depth` deep. Nothing when there
/// is no complete, well-formed value.
std::optional<std::size_t> value_length(std::string_view bytes);

/// Why value_length() returns nothing.
struct value_fault {
    std::size_t offset;
    std::string_view reason;
};
value_fault why_no_value(std::string_view bytes);

}  // namespace wampfcgi::codec
