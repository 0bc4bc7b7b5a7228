// Input: a request body. An accepted body must also be JSON to Boost.JSON, with the same values, and its result must
// parse to the same call. A body refused as not JSON must not be JSON to Boost.JSON either, except for numbers out of
// range.
#include "target.hpp"

#include "strict_json.hpp"
#include "wampfcgi/codec/answer.hpp"
#include "wampfcgi/codec/body.hpp"
#include "wampfcgi/codec/transcode.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <charconv>
#include <string>
#include <system_error>

namespace wampfcgi::fuzz {
namespace {

namespace json = boost::json;

std::string json_of(const std::string& argument)
{
    if (argument.empty())
        return "null";
    must(codec::value_length(argument) == argument.size(), "an argument is one MessagePack value");
    const auto text = codec::message_to_json(argument);
    must(text.has_value(), "what came as JSON can be told in JSON");
    return *text;
}

// The member as it must have been parsed: null counts as absent.
json::value member(const json::value& body, const char* name)
{
    const json::value* const found = body.get_object().if_contains(name);
    return found != nullptr ? *found : json::value{};
}

// An empty container of the other kind counts as absent too.
json::value argument(const json::value& body, const char* name, const json::value& no_argument)
{
    json::value found = member(body, name);
    return found == no_argument ? json::value{} : found;
}

// Checks the text, because Boost.JSON turns longer integers into doubles. `body` must be JSON.
bool has_only_integers_of_64_bits(std::string_view body)
{
    bool in_string = false;
    for (std::size_t i = 0; i < body.size(); ++i) {
        if (body[i] == '"')
            in_string = !in_string;
        else if (in_string && body[i] == '\\')
            ++i;
        if (in_string || !(body[i] == '-' || (body[i] >= '0' && body[i] <= '9')))
            continue;
        const std::size_t end = std::min(body.find_first_not_of("-+.0123456789eE", i), body.size());
        const std::string_view literal = body.substr(i, end - i);
        std::int64_t with_sign = 0;
        std::uint64_t without = 0;
        if (literal.find_first_of(".eE") == std::string_view::npos &&
            std::from_chars(literal.data(), literal.data() + literal.size(), with_sign).ec != std::errc{} &&
            std::from_chars(literal.data(), literal.data() + literal.size(), without).ec != std::errc{})
            return false;
        i = end - 1;
    }
    return true;
}

void look_at_refusal(const failure& why, std::string_view input)
{
    const bool out_of_range = why.detail.find("does not fit into 64 bits") != std::string::npos ||
                              why.detail.find("a double overflows") != std::string::npos;
    if (why.code == errc::body_not_utf8 || (why.code == errc::body_not_json && !out_of_range))
        must(!strict_json(input), "a body that is refused as no JSON is none");
    if (why.code == errc::body_not_object)
        must(!strict_json(input).value().is_object(), "a body that is refused as no object is none");
}

result<call> parse_body(std::string_view body)
{
    call made{};
    if (const auto ok = codec::parse_body(made, body); !ok)
        return ok.error();
    return made;
}

}  // namespace

void run(std::string_view input)
{
    const auto parsed = parse_body(input);
    if (!parsed)
        return look_at_refusal(parsed.error(), input);

    const auto body = strict_json(input);
    must(body && body->is_object(), "an accepted body is a JSON object");
    must(has_only_integers_of_64_bits(input), "an integer is not rounded");
    must(codec::is_loose_uri(parsed->procedure), "an accepted procedure is a URI");
    must(member(*body, "procedure") == json::value(parsed->procedure), "the procedure is the one in the body");
    const std::string args = json_of(parsed->arguments.args);
    const std::string kwargs = json_of(parsed->arguments.kwargs);
    must(same_json(argument(*body, "args", json::object()), strict_json(args).value()), "args are those in the body");
    must(same_json(argument(*body, "kwargs", json::array()), strict_json(kwargs).value()),
         "kwargs are those in the body");

    const auto again = parse_body("{\"procedure\":" + json::serialize(json::string{parsed->procedure}) +
                                  ",\"args\":" + args + ",\"kwargs\":" + kwargs + '}');
    must(again && again->procedure == parsed->procedure && again->arguments.args == parsed->arguments.args &&
             again->arguments.kwargs == parsed->arguments.kwargs,
         "what is accepted and written again is the same call");
}

}  // namespace wampfcgi::fuzz
