// Owns the way from a RESULT or ERROR to the JSON of the response, and reading MessagePack for it.
#pragma once

#include "wampfcgi/core/call.hpp"
#include "wampfcgi/core/result.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace wampfcgi::codec {

/// Response body for a RESULT (contract section 4). Fails with result_invalid when JSON cannot hold the payload.
result<std::string> result_body(const payload& result);

/// Response body for an ERROR: error, args and kwargs, all three always. Fails with result_invalid.
result<std::string> error_body(const call_error& error);

/// What clients get of an EVENT: topic, args and kwargs, all three always. Fails with result_invalid.
result<std::string> event_body(const topic_event& event);

/// Response body of a refusal: wampfcgi.error.<name>, its sentence, and the parameter at fault where there is one.
std::string refusal_body(const failure& why);

/// Length in bytes of the one MessagePack value at the start of `bytes`, nested at most `max_depth` deep; nothing when
/// there is no whole well-formed value.
std::optional<std::size_t> value_length(std::string_view bytes);

/// What is wrong with a value that has no value_length().
struct value_fault {
    std::size_t offset;
    std::string_view reason;
};
value_fault why_no_value(std::string_view bytes);

}  // namespace wampfcgi::codec
