#include "codec/json_text.hpp"

#include "wampfcgi/core/text/base64.hpp"
#include "wampfcgi/core/text/hex.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace wampfcgi::codec {

namespace {

constexpr bool needs_escape(char c)
{
    return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\';
}

template <std::size_t BlockBytes>
bool block_needs_escape(const char* block)
{
    std::uint8_t needed = 0;  // a branch or a wider type in the loop would prevent vectorisation
    for (std::size_t i = 0; i < BlockBytes; ++i)
        needed = static_cast<std::uint8_t>(needed | (needs_escape(block[i]) ? 0xFF : 0));
    return needed != 0;
}

/// Number of bytes at the start of `text` that need no escape.
std::size_t plain_prefix(std::string_view text)
{
    std::size_t at = 0;
    while (text.size() - at >= 32 && !block_needs_escape<32>(text.data() + at))
        at += 32;
    while (text.size() - at >= 8 && !block_needs_escape<8>(text.data() + at))
        at += 8;
    while (at < text.size() && !needs_escape(text[at]))
        ++at;
    return at;
}

void append_escape(std::string& out, char c)
{
    constexpr std::string_view specials = "\"\\\b\f\n\r\t";
    constexpr std::string_view letters = "\"\\bfnrt";
    out += '\\';
    if (const auto i = specials.find(c); i != std::string_view::npos) {
        out += letters[i];
        return;
    }
    out += "u00";
    append_hex(out, static_cast<unsigned char>(c));
}

}  // namespace

void append_string(std::string& out, std::string_view utf8)
{
    out += '"';
    while (true) {
        const auto plain_bytes = plain_prefix(utf8);
        out += utf8.substr(0, plain_bytes);
        if (plain_bytes == utf8.size())
            break;
        append_escape(out, utf8[plain_bytes]);
        utf8.remove_prefix(plain_bytes + 1);
    }
    out += '"';
}

void append_binary(std::string& out, std::string_view bytes)
{
    out += R"("\u0000)";
    append_base64(out, bytes);
    out += '"';
}

void append_double(std::string& out, double value)
{
    if (!std::isfinite(value)) {
        out += "null";
        return;
    }
    std::array<char, 32> buffer;  // the longest double in shortest form has 24 characters
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
    const std::string_view digits(buffer.data(), static_cast<std::size_t>(end - buffer.data()));
    out += digits;
    if (is_of_digits(digits))
        out += ".0";
}

}  // namespace wampfcgi::codec
