#include "wampfcgi/codec/body.hpp"

#include "codec/body_reader.hpp"
#include "codec/publish_options.hpp"
#include "codec/value_builder.hpp"
#include "wampfcgi/core/text/utf8.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace wampfcgi::codec {

namespace {

// The code points beyond ASCII with the property White_Space (Unicode, PropList.txt).
constexpr std::array<std::string_view, 19> wide_white_space{
    "\u0085", "\u00A0", "\u1680", "\u2000", "\u2001", "\u2002", "\u2003", "\u2004", "\u2005", "\u2006",
    "\u2007", "\u2008", "\u2009", "\u200A", "\u2028", "\u2029", "\u202F", "\u205F", "\u3000",
};

bool is_ascii(char c)
{
    return static_cast<unsigned char>(c) < 0x80;
}

// Accepted for each other, because PHP does not distinguish an empty list from an empty object.
constexpr std::string_view empty_list = "\x90";
constexpr std::string_view empty_map = "\x80";

result<void> read_members(body_members& members, std::string_view body, body_kind kind, std::size_t most_bytes)
{
    if (const auto valid_bytes = utf8_prefix(body); valid_bytes != body.size())
        return failure(errc::body_not_utf8, "byte " + std::to_string(valid_bytes) + ": ill-formed UTF-8");
    if (auto read = read_body(members, body, kind, most_bytes); !read)
        return read;
    if (members.root != value_kind::object)
        return failure(errc::body_not_object, "the body is JSON, but not an object");
    return {};
}

result<void> check_arguments(const body_members& members)
{
    const body_member& args = members.args;
    if (args.kind > value_kind::null && args.kind != value_kind::list && args.value != empty_map)
        return failure(errc::arguments_invalid, "args is neither a list nor null");
    const body_member& kwargs = members.kwargs;
    if (kwargs.kind > value_kind::null && kwargs.kind != value_kind::object && kwargs.value != empty_list)
        return failure(errc::arguments_invalid, "kwargs is neither an object nor null");
    if (members.has_reserved_member)
        return failure(errc::arguments_invalid, "kwargs has the reserved member _http");
    return {};
}

/// Moves the arguments to send. A member that is null, or empty and of the other kind, is not sent.
void take_arguments(payload& arguments, body_members& members)
{
    if (members.args.kind == value_kind::list)
        arguments.args = std::move(members.args.value);
    if (members.kwargs.kind == value_kind::object)
        arguments.kwargs = std::move(members.kwargs.value);
}

enum class empty_components { refused, allowed };

// In one pass: faster than find_first_of(), which searches its set for every character.
bool has_uri_form(std::string_view text, empty_components empty)
{
    bool is_ascii_only = true;
    bool begins_component = true;
    for (const char c : text) {
        if (static_cast<signed char>(c) > '.') {  // nearly all; what is not ASCII is negative
            begins_component = false;
            continue;
        }
        if (c == ' ' || (c >= '\t' && c <= '\r') || c == '#')
            return false;
        if (c == '.' && begins_component && empty == empty_components::refused)
            return false;
        begins_component = c == '.';
        is_ascii_only &= is_ascii(c);
    }
    if (begins_component && empty == empty_components::refused)
        return false;
    if (is_ascii_only)
        return true;
    return std::ranges::none_of(wide_white_space,
                                [&](auto space) { return text.find(space) != std::string_view::npos; });
}

}  // namespace

bool is_loose_uri(std::string_view text)
{
    return has_uri_form(text, empty_components::refused);
}

bool is_loose_uri(std::string_view text, topic_match match)
{
    if (match == topic_match::wildcard)
        return !text.empty() && has_uri_form(text, empty_components::allowed);
    if (match == topic_match::prefix && text.ends_with('.'))
        text.remove_suffix(1);
    return is_loose_uri(text);
}

result<void> parse_body(call& made, std::string_view body, std::size_t most_bytes, procedure_member procedure)
{
    body_members members;
    if (auto read = read_members(members, body, body_kind::call, most_bytes); !read)
        return read;
    const bool is_given = members.uri.kind != value_kind::absent;
    if (!is_given && procedure == procedure_member::required)
        return failure(errc::procedure_missing, "the body has no member procedure");
    if (is_given && members.uri.kind != value_kind::text)
        return failure(errc::procedure_invalid, "procedure is not a string");
    if (is_given && !is_loose_uri(members.uri_text))
        return failure(errc::procedure_invalid, "procedure is not a valid WAMP URI");
    if (auto ok = check_arguments(members); !ok)
        return ok;
    made.procedure = std::move(members.uri_text);
    take_arguments(made.arguments, members);
    return {};
}

result<parsed_publication> parse_publication(std::string_view body, sender from, std::size_t most_bytes)
{
    body_members members;
    if (auto read = read_members(members, body, body_kind::publication, most_bytes); !read)
        return read.error();
    if (members.uri.kind == value_kind::absent)
        return failure(errc::topic_missing, "the body has no member topic");
    if (members.uri.kind != value_kind::text)
        return failure(errc::topic_invalid, "topic is not a string");
    if (!is_loose_uri(members.uri_text))
        return failure(errc::topic_invalid, "topic is not a valid WAMP URI");
    if (auto ok = check_arguments(members); !ok)
        return ok.error();
    const body_member& given = members.options;
    if (given.kind > value_kind::null && given.kind != value_kind::object && given.value != empty_list)
        return failure(errc::options_invalid, "options is neither an object nor null");
    auto options = publish_options(given.kind == value_kind::object ? given.value : std::string_view(), from);
    if (!options)
        return options.error();
    result<parsed_publication> parsed;
    parsed->topic = std::move(members.uri_text);
    take_arguments(parsed->arguments, members);
    parsed->options = *std::move(options);
    return parsed;
}

std::string with_reserved_member(std::string_view kwargs, std::span<const reserved_value> values)
{
    value_builder member(0);
    member.open();
    for (const auto& [name, value] : values) {
        member.key(name);
        if (value && utf8_prefix(*value) == value->size())
            member.text(*value);
        else
            member.null();
    }
    member.close_map();
    return with_member(kwargs, reserved_member, member.take());
}

}  // namespace wampfcgi::codec
