#include "config/syntax.hpp"

#include <cstddef>

namespace wampfcgi::config {
namespace {

struct place {
    bool in_string = false;
    char last_sign = '\0';  // before the place, ignoring white space and comments
};

std::size_t end_of_comment(std::string_view text, std::size_t begin)
{
    const bool is_block = text.substr(begin, 2) == "/*";
    const std::size_t end = text.find(is_block ? "*/" : "\n", begin + 2);
    return end == std::string_view::npos ? text.size() : end + (is_block ? 2 : 1);
}

// Scans from the beginning, because everything before decides what is a comment or a string.
place look_before(std::string_view text, std::size_t stop)
{
    text = text.substr(0, stop);
    place found;
    for (std::size_t i = 0; i < text.size();) {
        const char c = text[i];
        if (found.in_string) {
            found.in_string = c != '"';
            i += c == '\\' ? 2 : 1;
        } else if (c == '/') {
            i = end_of_comment(text, i);
        } else {
            found.in_string = c == '"';
            if (c != ' ' && c != '\t' && c != '\r' && c != '\n')
                found.last_sign = c;
            ++i;
        }
    }
    return found;
}

}  // namespace

bool is_in_string(std::string_view text, std::size_t stop)
{
    return look_before(text, stop).in_string;
}

std::string what_is_wrong(std::string_view text, std::size_t stop, const node* open, last_token last)
{
    constexpr unsigned char first_printable = 0x20;
    const char found = stop < text.size() ? text[stop] : '\0';
    const place before = look_before(text, stop);
    if (before.in_string)
        return static_cast<unsigned char>(found) < first_printable ? "a control character in a string"
                                                                   : "an invalid escape in a string";
    if (last == last_token::key && before.last_sign != ':')
        return "a colon is missing before it";
    const bool in_object = open && open->type == node::kind::object;
    if (last == last_token::value && before.last_sign != ',') {
        if (found == (in_object ? ']' : '}'))
            return std::string{"a "} + (in_object ? "\"}\"" : "\"]\"") + " is missing before it";
        return "a comma is missing before it";
    }
    if (found == '\'')
        return "strings need double quotes";
    if (in_object && last != last_token::key)
        return "a key in double quotes is missing there";
    return "a value is missing there, or a string without quotes";
}

}  // namespace wampfcgi::config
