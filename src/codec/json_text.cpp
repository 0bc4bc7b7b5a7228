#include "json_text.hpp"

#include "base64.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>

namespace wampfcgi::codec {

namespace {

constexpr bool needs_escape(char c)
{
    return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\';
}

void append_escape(std::string& out, char c)
{
    constexpr std::string_view hex_digits = "0123456789abcdef";
    constexpr std::string_view specials = "\"\\\b\f\n\r\t";
    constexpr std::string_view letters = "\"\\bfnrt";
    out += '\\';
    if (const auto i = specials.find(c); i != std::string_view::npos) {
        out += letters[i];
        return;
    }
    out += "u00";
    out += hex_digits[static_cast<std::size_t>(c) >> 4];
    out += hex_digits[static_cast<std::size_t>(c) & 0xF];
}

}  // namespace

void append_string(std::string& out, std::string_view utf8)
{
    out += '"';
    std::size_t plain_from = 0;
    for (std::size_t i = 0; i < utf8.size(); ++i) {
        if (!needs_escape(utf8[i]))
            continue;
        out += utf8.substr(plain_from, i - plain_from);
        append_escape(out, utf8[i]);
        plain_from = i + 1;
    }
    out += utf8.substr(plain_from);
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
    std::array<char, 32> buffer;  // the longest shortest form has 24 characters
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
    const std::string_view digits(buffer.data(), static_cast<std::size_t>(end - buffer.data()));
    out += digits;
    if (digits.find_first_of(".e") == std::string_view::npos)
        out += ".0";
}

}  // namespace wampfcgi::codec
