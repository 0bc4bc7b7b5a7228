#include "config/text.hpp"

#include "wampfcgi/core/text/hex.hpp"
#include "wampfcgi/core/text/utf8.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace wampfcgi::config {
namespace {

constexpr std::size_t max_shown_bytes = 40;

bool is_alphanumeric(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

// U+0000 to U+001F, U+007F, and U+0080 to U+009F, which terminals interpret too.
bool is_control(char32_t code)
{
    return code < 0x20 || (code >= 0x7F && code < 0xA0);
}

void append_escaped(std::string& out, char32_t code, std::string_view sequence)
{
    if (code == '"' || code == '\\') {
        out += '\\';
        out += sequence;
    } else if (code == '\n') {
        out += "\\n";
    } else if (code == '\t') {
        out += "\\t";
    } else if (is_control(code)) {
        out += "\\u00";
        append_hex(out, static_cast<unsigned char>(code));
    } else {
        out += sequence;
    }
}

// Levenshtein distance; swapped neighbours count as two.
std::size_t edit_distance(std::string_view a, std::string_view b)
{
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i + 1);
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
        }
    }
    return row.back();
}

}  // namespace

std::string quote(std::string_view text)
{
    std::string out = "\"";
    std::size_t done = 0;
    while (done < text.size() && done < max_shown_bytes) {
        // The file, and so each string, is valid UTF-8.
        const utf8_character next = first_character(text.substr(done));
        const std::size_t bytes = std::max<std::size_t>(next.bytes, 1);
        append_escaped(out, next.code, text.substr(done, bytes));
        done += bytes;
    }
    return out + (done < text.size() ? "...\"" : "\"");
}

std::string describe(const node& value)
{
    switch (value.type) {
    case node::kind::string:
        return quote(value.text);
    case node::kind::number:
        return value.text.size() > max_shown_bytes ? value.text.substr(0, max_shown_bytes) + "..." : value.text;
    case node::kind::nothing:
    case node::kind::null:
    case node::kind::boolean:
    case node::kind::list:
    case node::kind::object:
        break;
    }
    return value.type == node::kind::boolean ? value.text : describe_without_value(value);
}

std::string describe_without_value(const node& value)
{
    switch (value.type) {
    case node::kind::nothing:
        return "nothing (it is required)";
    case node::kind::null:
        return "null";
    case node::kind::boolean:
        return "a boolean";
    case node::kind::number:
        return "a number";
    case node::kind::string:
        return "a string of " + std::to_string(value.text.size()) + (value.text.size() == 1 ? " byte" : " bytes");
    case node::kind::list:
        return value.items.empty() ? "an empty list" : "a list";
    case node::kind::object:
        return value.members.empty() ? "an empty object" : "an object";
    }
    return {};
}

std::string path_of_member(const std::string& parent, std::string_view key)
{
    const auto plain = [](char c) { return is_alphanumeric(c) || c == '_' || c == '-' || c == '/' || c == '$'; };
    if (key.empty() || key.size() > max_shown_bytes || !std::all_of(key.begin(), key.end(), plain))
        return parent + '[' + quote(key) + ']';
    return parent.empty() ? std::string{key} : parent + '.' + std::string{key};
}

std::string path_of_item(const std::string& parent, std::size_t index)
{
    return parent + '[' + std::to_string(index) + ']';
}

std::optional<std::string_view> closest(std::string_view word, const std::vector<std::string_view>& known)
{
    std::optional<std::string_view> best;
    std::size_t least = 3;
    for (const std::string_view candidate : known) {
        const std::size_t longest = std::max(word.size(), candidate.size());
        const std::size_t shortest = std::min(word.size(), candidate.size());
        if (longest - shortest >= least)
            continue;
        const std::size_t distance = edit_distance(word, candidate);
        if (distance < least && distance * 2 <= shortest) {
            least = distance;
            best = candidate;
        }
    }
    return best;
}

}  // namespace wampfcgi::config
