#include "log/escape.hpp"

#include "wampfcgi/log/log.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace wampfcgi::log {

namespace {

constexpr std::size_t most_outside_bytes = 200;

/// Length of the character that `text` begins with, and its code point; length 0 where that is not UTF-8.
struct character {
    std::size_t length = 0;
    std::uint32_t code = 0;
};

/// Bounds of well-formed UTF-8: no overlong form, no surrogate, nothing past U+10FFFF (RFC 3629, 3).
bool is_scalar(std::size_t length, std::uint32_t code) noexcept
{
    constexpr std::array<std::uint32_t, 5> smallest{0, 0, 0x80, 0x800, 0x10000};
    return code >= smallest[length] && code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF);
}

character first_character(std::string_view text) noexcept
{
    const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i])); };
    const std::uint32_t lead = byte(0);
    if (lead < 0x80)
        return {1, lead};
    const std::size_t length = lead >= 0xF8 ? 0 : lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 0;
    if (length == 0 || text.size() < length)
        return {};
    std::uint32_t code = lead & (0x7FU >> length);
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xC0U) != 0x80)
            return {};
        code = code << 6U | (byte(i) & 0x3FU);
    }
    return is_scalar(length, code) ? character{length, code} : character{};
}

/// Characters that end a line or move text about where a log is looked at: C0 and C1 controls, U+2028 and U+2029, and
/// the overrides and isolates of bidirectional text.
bool is_unfit(std::uint32_t code) noexcept
{
    return code < 0x20 || (code >= 0x7F && code < 0xA0) || (code >= 0x2028 && code <= 0x202E) ||
           (code >= 0x2066 && code <= 0x2069);
}

void append_hex(std::string& out, std::string_view bytes)
{
    constexpr std::string_view digits = "0123456789abcdef";
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        out += "\\x";
        out += digits[byte >> 4U];
        out += digits[byte & 0xFU];
    }
}

/// Moves the first character of `text`, or its first byte where that is not UTF-8, escaped where needed, to `out`.
void take_escaped(std::string& out, std::string_view& text, bool quoted)
{
    const character first = first_character(text);
    const std::string_view bytes = text.substr(0, first.length == 0 ? 1 : first.length);
    text.remove_prefix(bytes.size());
    if (first.length == 0 || is_unfit(first.code)) {
        append_hex(out, bytes);
        return;
    }
    if (quoted && (first.code == '"' || first.code == '\\'))
        out += '\\';
    out += bytes;
}

/// Escapes `text` up to the limit for text from outside; false when some of it did not fit.
bool append_cut(std::string& out, std::string_view text, bool quoted)
{
    const std::size_t start = out.size();
    while (!text.empty()) {
        const std::size_t before = out.size();
        take_escaped(out, text, quoted);
        if (out.size() - start > most_outside_bytes) {
            out.resize(before);
            return false;
        }
    }
    return true;
}

}  // namespace

void append_escaped(std::string& out, std::string_view text)
{
    while (!text.empty())
        take_escaped(out, text, false);
}

void append_quoted(std::string& out, std::string_view text)
{
    out += '"';
    while (!text.empty())
        take_escaped(out, text, true);
    out += '"';
}

std::string escape_outside(std::string_view text)
{
    std::string escaped;
    if (!append_cut(escaped, text, false))
        escaped += "...";
    return escaped;
}

std::string quote(std::string_view peer_text)
{
    std::string quoted = "\"";
    const bool whole = append_cut(quoted, peer_text, true);
    return quoted + (whole ? "\"" : "\"...");
}

}  // namespace wampfcgi::log
