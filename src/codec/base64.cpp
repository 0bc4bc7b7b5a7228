#include "base64.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace wampfcgi::codec {

namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t no_digit = 0xFF;

constexpr auto digit_values = [] {
    std::array<std::uint8_t, 256> values{};
    values.fill(no_digit);
    for (std::size_t i = 0; i < alphabet.size(); ++i)
        values[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
    return values;
}();

// The digits of a last group that is not full: they hold 1 or 2 bytes, and bits behind those that must be 0.
bool append_last_group(std::string& out, std::uint32_t bits, std::size_t digits)
{
    const auto unused_bits = digits * 6 % 8;
    if ((bits & ((1U << unused_bits) - 1)) != 0)
        return false;
    bits >>= unused_bits;
    if (digits == 3)
        out += static_cast<char>(bits >> 8);
    out += static_cast<char>(bits);
    return true;
}

}  // namespace

std::optional<std::string> from_base64(std::string_view text)
{
    if (text.size() % 4 != 0)
        return std::nullopt;
    for (int padding = 0; padding < 2 && text.ends_with('='); ++padding)
        text.remove_suffix(1);

    std::string bytes;
    bytes.reserve(text.size() / 4 * 3 + 2);
    std::uint32_t bits = 0;
    std::size_t digits = 0;
    for (const char c : text) {
        const auto value = digit_values[static_cast<unsigned char>(c)];
        if (value == no_digit)
            return std::nullopt;
        bits = bits << 6 | value;
        if (++digits == 4) {
            bytes += static_cast<char>(bits >> 16);
            bytes += static_cast<char>(bits >> 8);
            bytes += static_cast<char>(bits);
            bits = 0;
            digits = 0;
        }
    }
    if (digits != 0 && !append_last_group(bytes, bits, digits))
        return std::nullopt;
    return bytes;
}

void append_base64(std::string& out, std::string_view bytes)
{
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        const auto group = bytes.substr(at, 3);
        std::uint32_t bits = 0;
        for (std::size_t i = 0; i < 3; ++i)
            bits = bits << 8 | (i < group.size() ? static_cast<unsigned char>(group[i]) : 0U);
        for (std::size_t i = 0; i < 4; ++i)
            out += i <= group.size() ? alphabet[bits >> (18 - 6 * i) & 0x3FU] : '=';
    }
}

}  // namespace wampfcgi::codec
