#include "wampfcgi/core/text/utf8.hpp"

#include <array>
#include <cstdint>
#include <cstring>

namespace wampfcgi {

namespace {

template <std::size_t Words>
bool is_ascii(const char* block) noexcept
{
    std::array<std::uint64_t, Words> words;
    std::memcpy(words.data(), block, sizeof words);
    std::uint64_t all = 0;
    for (const std::uint64_t word : words)
        all |= word;
    return (all & 0x8080'8080'8080'8080U) == 0;
}

// Number of ASCII bytes at the start of `text`.
std::size_t ascii_prefix(std::string_view text) noexcept
{
    std::size_t at = 0;
    while (text.size() - at >= 32 && is_ascii<4>(text.data() + at))
        at += 32;
    while (text.size() - at >= 8 && is_ascii<1>(text.data() + at))
        at += 8;
    if (text.size() >= 8 && text.size() - at < 8 && is_ascii<1>(text.data() + text.size() - 8))
        return text.size();  // the rest, and some bytes before it again
    while (at < text.size() && static_cast<unsigned char>(text[at]) < 0x80)
        ++at;
    return at;
}

// What may follow a lead byte: the Unicode standard's table of well-formed byte sequences (chapter 3, D92). The bounds
// of the second byte exclude overlong forms, surrogates and code points above U+10FFFF.
struct sequence {
    std::size_t size;  // 0: not a lead byte
    unsigned char second_min;
    unsigned char second_max;
};

constexpr sequence sequence_of(unsigned char lead) noexcept
{
    if (lead < 0xC2 || lead > 0xF4)
        return {0, 0, 0};
    if (lead < 0xE0)
        return {2, 0x80, 0xBF};
    if (lead < 0xF0)
        return {3, static_cast<unsigned char>(lead == 0xE0 ? 0xA0 : 0x80),
                static_cast<unsigned char>(lead == 0xED ? 0x9F : 0xBF)};
    return {4, static_cast<unsigned char>(lead == 0xF0 ? 0x90 : 0x80),
            static_cast<unsigned char>(lead == 0xF4 ? 0x8F : 0xBF)};
}

// Length of the sequence of two to four bytes at the start of `text`; 0 when it is ill-formed or truncated.
std::size_t sequence_size(std::string_view text) noexcept
{
    const auto [size, second_min, second_max] = sequence_of(static_cast<unsigned char>(text[0]));
    if (size == 0 || text.size() < size)
        return 0;
    const auto second = static_cast<unsigned char>(text[1]);
    if (second < second_min || second > second_max)
        return 0;
    for (std::size_t i = 2; i < size; ++i)
        if ((static_cast<unsigned char>(text[i]) & 0xC0U) != 0x80U)
            return 0;
    return size;
}

}  // namespace

std::size_t utf8_prefix(std::string_view text) noexcept
{
    std::size_t at = 0;
    while (true) {
        at += ascii_prefix(text.substr(at));
        if (at == text.size())
            return at;
        do {  // sequences tend to follow one another
            const auto size = sequence_size(text.substr(at));
            if (size == 0)
                return at;
            at += size;
        } while (at < text.size() && static_cast<unsigned char>(text[at]) >= 0x80);
    }
}

std::string to_utf8(std::string_view text)
{
    if (is_utf8(text))
        return std::string(text);
    std::string out;
    out.reserve(2 * text.size());
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x80) {
            out += c;
        } else {
            out += static_cast<char>(0xC0U | (byte >> 6U));
            out += static_cast<char>(0x80U | (byte & 0x3FU));
        }
    }
    return out;
}

utf8_character first_character(std::string_view text) noexcept
{
    const auto lead = static_cast<unsigned char>(text[0]);
    if (lead < 0x80)
        return {1, lead};
    const auto size = sequence_size(text);
    if (size == 0)
        return {0, U'\uFFFD'};
    char32_t code = lead & (0x7FU >> size);
    for (const char next : text.substr(1, size - 1))
        code = code << 6U | (static_cast<unsigned char>(next) & 0x3FU);
    return {size, code};
}

}  // namespace wampfcgi
