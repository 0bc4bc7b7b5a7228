// Owns turning MessagePack into JSON text in one pass, without a document in between.
#pragma once

#include "wampfcgi/core/result.hpp"

#include <string>
#include <string_view>

namespace wampfcgi::codec {

/// Appends the one MessagePack value that `bytes` is as JSON, its arrays and maps nested at most `max_levels` deep.
/// Fails with result_invalid, and leaves a part of the text in `out` then.
result<void> append_json(std::string& out, std::string_view bytes, unsigned max_levels);

}  // namespace wampfcgi::codec
