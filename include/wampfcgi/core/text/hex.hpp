// Owns hexadecimal digits: written in lower case, read in both cases.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace wampfcgi {

/// The value of a digit; -1 for any other character.
constexpr int hex_value(char digit) noexcept
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    return digit >= 'A' && digit <= 'F' ? digit - 'A' + 10 : -1;
}

/// The byte for an escape such as "%4A" at the start of `text` (RFC 3986, 2.1). Nothing when there is no complete
/// escape.
constexpr std::optional<char> percent_escape(std::string_view text) noexcept
{
    if (text.size() < 3 || text[0] != '%')
        return std::nullopt;
    const int high = hex_value(text[1]);
    const int low = hex_value(text[2]);
    if (high < 0 || low < 0)
        return std::nullopt;
    return static_cast<char>(high * 16 + low);
}

/// Appends the two digits of `byte`.
inline void append_hex(std::string& out, unsigned char byte)
{
    constexpr std::string_view digits = "0123456789abcdef";
    out += digits[byte >> 4U];
    out += digits[byte & 0xFU];
}

/// Two digits for each byte.
std::string to_hex(std::string_view bytes);

/// Decodes two digits for each byte. Nothing when `text` is anything else.
std::optional<std::string> from_hex(std::string_view text);

}  // namespace wampfcgi
