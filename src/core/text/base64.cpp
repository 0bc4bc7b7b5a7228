#include "wampfcgi/core/text/base64.hpp"

#include <array>
#include <cstdint>

namespace wampfcgi {

namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint32_t max_bits = 0xFF'FFFF;     // of four digits
constexpr std::uint32_t no_digit = max_bits + 1;  // a bit that no digit has

// By the place of a digit among four, and by character: the digit's bits where they belong, which saves shifting them.
using digit_values = std::array<std::array<std::uint32_t, 256>, 4>;

constexpr digit_values standard_values = [] {
    digit_values values{};
    for (std::size_t place = 0; place < values.size(); ++place) {
        values[place].fill(no_digit);
        for (std::size_t i = 0; i < alphabet.size(); ++i)
            values[place][static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint32_t>(i << (18 - 6 * place));
    }
    return values;
}();

constexpr digit_values values_of_any = [] {
    digit_values values = standard_values;
    for (auto& of_place : values) {
        of_place['-'] = of_place[' '] = of_place['+'];
        of_place['_'] = of_place['/'];
    }
    return values;
}();

// The 24 bits of four digits; more than max_bits when one is not a digit.
std::uint32_t bits_of(const char* digits, const digit_values& values) noexcept
{
    const auto value = [&](std::size_t i) { return values[i][static_cast<unsigned char>(digits[i])]; };
    return value(0) | value(1) | value(2) | value(3);
}

// Decodes a last group of 2 or 3 digits. Their unused bits must be 0.
bool decode_short_group(std::string_view digits, std::byte* out, const digit_values& values) noexcept
{
    std::array<char, 4> filled{'A', 'A', 'A', 'A'};
    digits.copy(filled.data(), filled.size());
    const std::uint32_t bits = bits_of(filled.data(), values);
    const std::uint32_t unused_bits = digits.size() == 2 ? 0xFFFF : 0xFF;
    if (bits > max_bits || (bits & unused_bits) != 0)
        return false;
    out[0] = static_cast<std::byte>(bits >> 16);
    if (digits.size() == 3)
        out[1] = static_cast<std::byte>(bits >> 8);
    return true;
}

std::string_view without_padding(std::string_view text) noexcept
{
    return text.substr(0, text.size() - (text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0));
}

}  // namespace

std::optional<std::size_t> decode_base64(std::string_view text, std::span<std::byte> out, base64_form form) noexcept
{
    const std::string_view digits = without_padding(text);
    const bool is_padded = text.size() % 4 == 0;
    const bool may_lack_padding = form == base64_form::any && digits.size() == text.size();
    const std::size_t in_last_group = digits.size() % 4;
    if ((!is_padded && !may_lack_padding) || in_last_group == 1)
        return std::nullopt;
    const std::size_t bytes = digits.size() / 4 * 3 + (in_last_group == 0 ? 0 : in_last_group - 1);
    if (bytes > out.size())
        return std::nullopt;

    const digit_values& values = form == base64_form::any ? values_of_any : standard_values;
    std::byte* to = out.data();
    std::size_t at = 0;
    for (; digits.size() - at >= 4; at += 4) {
        const std::uint32_t bits = bits_of(digits.data() + at, values);
        if (bits > max_bits)
            return std::nullopt;
        to[0] = static_cast<std::byte>(bits >> 16);
        to[1] = static_cast<std::byte>(bits >> 8);
        to[2] = static_cast<std::byte>(bits);
        to += 3;
    }
    if (in_last_group != 0 && !decode_short_group(digits.substr(at), to, values))
        return std::nullopt;
    return bytes;
}

std::optional<std::string> from_base64(std::string_view text)
{
    std::string bytes(text.size() / 4 * 3, '\0');
    const auto size = decode_base64(text, std::as_writable_bytes(std::span(bytes)), base64_form::standard);
    if (!size)
        return std::nullopt;
    bytes.resize(*size);
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

}  // namespace wampfcgi
