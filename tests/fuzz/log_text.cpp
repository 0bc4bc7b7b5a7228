// Input: outside text for the log. The result must be one line of valid UTF-8, and JSON in that format.
#include "target.hpp"

#include "log/escape.hpp"
#include "log/format.hpp"
#include "strict_json.hpp"
#include "wampfcgi/core/text/utf8.hpp"

#include <algorithm>
#include <string>

namespace wampfcgi::fuzz {
namespace {

bool is_one_line(std::string_view text)
{
    return is_utf8(text) &&
           std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7F'; });
}

void look_at_lines(std::string_view text)
{
    const log::fields with{log::token("token", std::string(text)), log::outside("outside", std::string(text)),
                           log::number("number", 7)};
    const log::record what{log_level::notice, text, with, {}, 42};
    std::string line = log::text_line(what, true);
    must(line.ends_with('\n'), "a line ends");
    line.pop_back();
    must(is_one_line(line), "a line in text is one line");

    line = log::json_line(what);
    must(line.ends_with('\n'), "a line ends");
    line.pop_back();
    must(is_one_line(line), "a line in JSON is one line");
    const auto object = strict_json(line);
    must(object && object->is_object() && object->get_object().size() == 7, "a line in JSON is an object");
    must(object->get_object().at("number") == 7, "a number is a number");
}

}  // namespace

void run(std::string_view input)
{
    std::string escaped;
    log::append_escaped(escaped, input);
    std::string twice;
    log::append_escaped(twice, escaped);
    must(twice == escaped, "escaped text needs no escape");

    std::string quoted;
    log::append_quoted(quoted, escaped);
    const auto value = strict_json(quoted);
    must(value && value->is_string() && std::string_view{value->get_string()} == escaped,
         "escaped text in quotes is a JSON string");
    must(is_one_line(log::quote(input)) && log::quote(input).size() <= 200 + 5, "a quotation is one line, and short");
    must(is_one_line(log::escape_outside(input)) && log::escape_outside(input).size() <= 200 + 3,
         "text from outside is one line, and short");
    look_at_lines(input);
}

}  // namespace wampfcgi::fuzz
