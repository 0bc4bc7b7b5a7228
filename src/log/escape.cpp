#include "log/escape.hpp"

#include "wampfcgi/core/text/hex.hpp"
#include "wampfcgi/core/text/utf8.hpp"
#include "wampfcgi/log/log.hpp"

#include <algorithm>
#include <cstddef>

namespace wampfcgi::log {

namespace {

constexpr std::size_t most_outside_bytes = 200;

/// Characters that end a line or rearrange text in a viewer: C0 and C1 controls, U+2028 and U+2029, bidirectional
/// overrides and isolates.
bool is_unfit(char32_t code) noexcept
{
    return code < 0x20 || (code >= 0x7F && code < 0xA0) || (code >= 0x2028 && code <= 0x202E) ||
           (code >= 0x2066 && code <= 0x2069);
}

/// Moves characters that need no escape from the start of `text` to `out`, at most `most_bytes`.
void take_plain(std::string& out, std::string_view& text, bool quoted, std::size_t most_bytes)
{
    const std::string_view looked_at = text.substr(0, most_bytes);
    const auto end = std::ranges::find_if_not(
        looked_at, [quoted](char c) { return c >= ' ' && c <= '~' && !(quoted && (c == '"' || c == '\\')); });
    const auto plain_bytes = static_cast<std::size_t>(end - looked_at.begin());
    out += text.substr(0, plain_bytes);
    text.remove_prefix(plain_bytes);
}

/// Moves the first character of `text` to `out`, or the first byte when it is not UTF-8. Escapes it if needed.
void take_escaped(std::string& out, std::string_view& text, bool quoted)
{
    const utf8_character first = first_character(text);
    const std::string_view bytes = text.substr(0, first.bytes == 0 ? 1 : first.bytes);
    text.remove_prefix(bytes.size());
    if (first.bytes == 0 || is_unfit(first.code)) {
        for (const char byte : bytes) {
            out += "\\x";
            append_hex(out, static_cast<unsigned char>(byte));
        }
        return;
    }
    if (quoted && (first.code == '"' || first.code == '\\'))
        out += '\\';
    out += bytes;
}

void append_whole(std::string& out, std::string_view text, bool quoted)
{
    while (!text.empty()) {
        take_plain(out, text, quoted, text.size());
        if (!text.empty())
            take_escaped(out, text, quoted);
    }
}

/// Appends `text`, escaped, up to the limit for outside text. Returns false when it did not fit.
bool append_cut(std::string& out, std::string_view text, bool quoted)
{
    const std::size_t start = out.size();
    while (!text.empty()) {
        take_plain(out, text, quoted, most_outside_bytes - (out.size() - start));
        if (text.empty())
            return true;
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
    append_whole(out, text, false);
}

void append_quoted(std::string& out, std::string_view text)
{
    out += '"';
    append_whole(out, text, true);
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
