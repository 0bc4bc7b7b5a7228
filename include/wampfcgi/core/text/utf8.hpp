// Owns the validation of UTF-8 (RFC 3629), and decoding its characters.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace wampfcgi {

/// The length of the longest valid UTF-8 prefix of `text`: its size, or the offset of the first ill-formed sequence.
std::size_t utf8_prefix(std::string_view text) noexcept;

inline bool is_utf8(std::string_view text) noexcept
{
    return utf8_prefix(text) == text.size();
}

/// `text` as UTF-8: unchanged when it is valid, otherwise converted from ISO-8859-1, in which every byte is a
/// character.
std::string to_utf8(std::string_view text);

/// A character of UTF-8 text.
struct utf8_character {
    std::size_t bytes;  ///< its length, 1 to 4; 0 for an ill-formed sequence
    char32_t code;      ///< U+FFFD for an ill-formed sequence
};

/// The first character of `text`, which must not be empty.
utf8_character first_character(std::string_view text) noexcept;

}  // namespace wampfcgi
