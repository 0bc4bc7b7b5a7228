#include "codec/base64.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace wampfcgi::codec {

namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint32_t no_digit = 0xFF;

constexpr auto digit_values = [] {
    std::array<std::uint8_t, 256> values{};
    values.fill(no_digit);
    for (std::size_t i = 0; i < alphabet.size(); ++i)
        values[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
    return values;
}();

// The 24 bits that four digits stand for.
std::optional<std::uint32_t> bits_of(const char* digits)
{
    const auto value = [=](int i) { return std::uint32_t{digit_values[static_cast<unsigned char>(digits[i])]}; };
    if ((value(0) | value(1) | value(2) | value(3)) == no_digit)
        return std::nullopt;
    return value(0) << 18 | value(1) << 12 | value(2) << 6 | value(3);
}

// A last group that holds 1 or 2 bytes: bits behind them must be 0.
bool append_short_group(std::string& out, std::string_view digits)
{
    std::array<char, 4> filled{'A', 'A', 'A', 'A'};
    digits.copy(filled.data(), filled.size());
    const auto bits = bits_of(filled.data());
    const std::uint32_t unused_bits = digits.size() == 2 ? 0xFFFF : 0xFF;
    if (!bits || (*bits & unused_bits) != 0)
        return false;
    out += static_cast<char>(*bits >> 16);
    if (digits.size() == 3)
        out += static_cast<char>(*bits >> 8);
    return true;
}

}  // namespace

std::optional<std::string> from_base64(std::string_view text)
{
    if (text.size() % 4 != 0)
        return std::nullopt;
    const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
    const auto full_groups = padding == 0 ? text.size() / 4 : text.size() / 4 - 1;

    std::string bytes(full_groups * 3, '\0');
    for (std::size_t group = 0; group < full_groups; ++group) {
        const auto bits = bits_of(text.data() + group * 4);
        if (!bits)
            return std::nullopt;
        bytes[group * 3] = static_cast<char>(*bits >> 16);
        bytes[group * 3 + 1] = static_cast<char>(*bits >> 8);
        bytes[group * 3 + 2] = static_cast<char>(*bits);
    }
    if (padding != 0 && !append_short_group(bytes, text.substr(full_groups * 4, 4 - padding)))
        return std::nullopt;
    return bytes;
}

void append_base64(std::string& out, std::string_view bytes)
{
    const auto digits_at = out.size();
    out.resize(digits_at + (bytes.size() + 2) / 3 * 4, '=');
    char* digit = out.data() + digits_at;
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        const auto group = bytes.substr(at, 3);
        std::uint32_t bits = 0;
        for (std::size_t i = 0; i < 3; ++i)
            bits = bits << 8 | (i < group.size() ? static_cast<unsigned char>(group[i]) : 0U);
        for (std::size_t i = 0; i <= group.size(); ++i)
            digit[i] = alphabet[bits >> (18 - 6 * i) & 0x3FU];
        digit += 4;
    }
}

}  // namespace wampfcgi::codec
