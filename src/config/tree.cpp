#include "config/tree.hpp"

#include "config/syntax.hpp"
#include "wampfcgi/core/text/utf8.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/system/error_code.hpp>

#include <cstdint>
#include <optional>
#include <utility>

namespace wampfcgi::config {
namespace {

namespace json = boost::json;
using boost::system::error_code;  // Boost.JSON's own name for it is gone in later versions

// The handler of the parser (boost::json::basic_parser, "Handler"). The parser gets one line at a time, so that the
// line of each event is known. Only a comment can continue on the next line.
class tree_builder {
public:
    static constexpr std::size_t max_array_size = SIZE_MAX;
    static constexpr std::size_t max_object_size = SIZE_MAX;
    static constexpr std::size_t max_string_size = SIZE_MAX;
    static constexpr std::size_t max_key_size = SIZE_MAX;

    std::size_t line = 1;
    std::size_t comment_line = 0;  // the line where an unfinished comment began, else 0
    node root;
    last_token last_seen = last_token::none;

    const node* innermost_open() const { return open_.empty() ? nullptr : open_.back(); }

    bool on_document_begin(error_code&) { return true; }
    bool on_document_end(error_code&) { return true; }
    bool on_array_begin(error_code&) { return begin(node::kind::list); }
    bool on_array_end(std::size_t, error_code&) { return end(); }
    bool on_object_begin(error_code&) { return begin(node::kind::object); }
    bool on_object_end(std::size_t, error_code&) { return end(); }
    bool on_key_part(json::string_view part, std::size_t, error_code&) { return collect(part); }
    bool on_key(json::string_view last, std::size_t, error_code&)
    {
        collect(last);
        open_.back()->members.push_back({std::exchange(text_, {}), line, {}});
        last_seen = last_token::key;
        return true;
    }
    bool on_string_part(json::string_view part, std::size_t, error_code&) { return collect(part); }
    bool on_string(json::string_view last, std::size_t, error_code&) { return add(node::kind::string, last); }
    bool on_number_part(json::string_view part, error_code&) { return collect(part); }
    bool on_int64(std::int64_t, json::string_view last, error_code&) { return add(node::kind::number, last); }
    bool on_uint64(std::uint64_t, json::string_view last, error_code&) { return add(node::kind::number, last); }
    bool on_double(double, json::string_view last, error_code&) { return add(node::kind::number, last); }
    bool on_bool(bool value, error_code&) { return add(node::kind::boolean, value ? "true" : "false"); }
    bool on_null(error_code&) { return add(node::kind::null, "null"); }
    bool on_comment_part(json::string_view, error_code&)
    {
        if (comment_line == 0)
            comment_line = line;
        return true;
    }
    bool on_comment(json::string_view, error_code&)
    {
        comment_line = 0;
        return true;
    }

private:
    bool collect(json::string_view part)
    {
        text_.append(part.data(), part.size());
        return true;
    }

    node& place()
    {
        if (open_.empty())
            return root;
        node& parent = *open_.back();
        return parent.type == node::kind::list ? parent.items.emplace_back() : parent.members.back().value;
    }

    bool add(node::kind type, json::string_view last)
    {
        collect(last);
        node& value = place();
        value.type = type;
        value.line = line;
        value.text = std::exchange(text_, {});
        last_seen = last_token::value;
        return true;
    }

    bool begin(node::kind type)
    {
        node& value = place();
        value.type = type;
        value.line = line;
        open_.push_back(&value);  // stays valid: nothing is added to its parent before it ends
        last_seen = last_token::opening_bracket;
        return true;
    }

    bool end()
    {
        open_.pop_back();
        last_seen = last_token::value;
        return true;
    }

    std::vector<node*> open_;
    std::string text_;
};

using tree_parser = json::basic_parser<tree_builder>;

std::string at_column(std::size_t offset)
{
    return " at column " + std::to_string(offset + 1);
}

std::string describe_end_of_file(const tree_builder& builder)
{
    const node* const open = builder.innermost_open();
    if (builder.comment_line != 0)
        return "expected \"*/\" for the \"/*\" in line " + std::to_string(builder.comment_line) +
               ", got the end of the file";
    if (!open)
        return "expected an object, got the end of the file";
    const char* const brackets = open->type == node::kind::list ? "\"]\" for the \"[\"" : "\"}\" for the \"{\"";
    return std::string{"expected "} + brackets + " in line " + std::to_string(open->line) + ", got the end of the file";
}

// Does not show the faulty text, which may belong to a secret. `text` ends with the line that starts at `begin`.
std::string describe(const error_code& code, const tree_builder& builder, std::string_view text, std::size_t begin,
                     std::size_t offset)
{
    const std::string_view line = text.substr(begin);
    if (code == json::error::incomplete)
        return describe_end_of_file(builder);
    if (code == json::error::exponent_overflow)  // later versions leave it to the option to refuse the number
        return "expected a number that fits a double, got a larger one";
    if (code == json::error::too_deep)
        return "expected at most " + std::to_string(max_depth) + " nested lists and objects, got more";
    if (code != json::error::syntax)
        return "expected JSON, got a syntax error (" + code.message() + ')';
    // In a comment between a key and its value, the parser does not report the place (Boost 1.81).
    if (offset >= line.size())
        return "expected JSON, got a syntax error";
    // Outside a value, a line end is white space.
    if (line[offset] == '\n' || line[offset] == '\r')
        return "expected JSON, got the end of the line inside a value" + at_column(offset) +
               (is_in_string(text, begin + offset) ? ": a string is not closed" : "");
    return "expected JSON, got a syntax error" + at_column(offset) + ": " +
           what_is_wrong(text, begin + offset, builder.innermost_open(), builder.last_seen);
}

// `text` ends with the line that starts at `begin`.
std::optional<syntax_error> feed(tree_parser& parser, std::string_view text, std::size_t begin)
{
    const std::string_view line = text.substr(begin);
    const std::size_t number = parser.handler().line;
    if (const std::size_t good = utf8_prefix(line); good != line.size())
        return syntax_error{number, "expected UTF-8, got another byte" + at_column(good)};
    error_code code;
    const std::size_t used = parser.write_some(true, line.data(), line.size(), code);
    if (code)
        return syntax_error{number, describe(code, parser.handler(), text, begin, used)};
    if (parser.done() && used < line.size())
        return syntax_error{number, "expected the end of the file, got more" + at_column(used)};
    return std::nullopt;
}

}  // namespace

std::variant<node, syntax_error> read_tree(std::string_view text)
{
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    if (text.starts_with(byte_order_mark))
        text.remove_prefix(byte_order_mark.size());
    // Pass each line with its line end: it ends numbers, and the parser looks past the end of a comment.
    std::string lines{text};
    if (!lines.ends_with('\n'))
        lines += '\n';

    json::parse_options options;
    options.max_depth = max_depth;
    options.allow_comments = true;
    options.allow_trailing_commas = true;
    tree_parser parser{options};
    tree_builder& builder = parser.handler();
    for (std::size_t begin = 0; begin < lines.size(); ++builder.line) {
        const std::size_t end = lines.find('\n', begin) + 1;
        if (auto error = feed(parser, std::string_view{lines}.substr(0, end), begin))
            return *std::move(error);
        begin = end;
    }
    --builder.line;
    error_code code;
    parser.write_some(false, "", 0, code);
    if (code)
        return syntax_error{builder.line, describe(code, builder, {}, 0, 0)};
    return std::move(builder.root);
}

}  // namespace wampfcgi::config
