// Owns the conversion of MessagePack to JSON text in one pass, without an intermediate document.
#pragma once

#include "wampfcgi/core/result.hpp"

#include <string>
#include <string_view>

namespace wampfcgi::codec {

/// Appends the MessagePack value `bytes` as JSON. Its arrays and maps may be nested `max_levels` deep. Fails with
/// result_invalid, and then leaves incomplete text in `out`.
result<void> append_json(std::string& out, std::string_view bytes, unsigned max_levels);

}  // namespace wampfcgi::codec
