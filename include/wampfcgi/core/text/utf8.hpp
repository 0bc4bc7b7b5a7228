// Owns telling valid UTF-8 (RFC 3629) from other bytes, and the characters in it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace wampfcgi {

/// Bytes at the start of `text` that are valid UTF-8: its whole size, or where the first ill-formed sequence begins.
std::size_t utf8_prefix(std::string_view text) noexcept;

inline bool is_utf8(std::string_view text) noexcept
{
    return utf8_prefix(text) == text.size();
}

/// `text` in UTF-8: as it is where it is UTF-8 already, else read as ISO-8859-1, in which every byte is a character.
std::string to_utf8(std::string_view text);

/// A character of a text in UTF-8.
struct utf8_character {
    std::size_t bytes;  ///< that it takes, 1 to 4; 0 stands for an ill-formed sequence
    char32_t code;      ///< U+FFFD for an ill-formed one
};

/// The character at the start of `text`, which is not empty.
utf8_character first_character(std::string_view text) noexcept;

}  // namespace wampfcgi
