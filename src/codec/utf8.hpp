// Owns telling valid UTF-8 (RFC 3629) from other bytes, for request bodies and results alike.
#pragma once

#include <cstddef>
#include <string_view>

namespace wampfcgi::codec {

/// Bytes at the start of `text` that are valid UTF-8: its whole size, or where the first ill-formed sequence begins.
std::size_t utf8_prefix(std::string_view text) noexcept;

inline bool is_utf8(std::string_view text) noexcept
{
    return utf8_prefix(text) == text.size();
}

}  // namespace wampfcgi::codec
