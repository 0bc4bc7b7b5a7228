#include "wampfcgi/codec/answer.hpp"

#include "codec/json_text.hpp"
#include "codec/msgpack_reader.hpp"
#include "wampfcgi/codec/body.hpp"
#include "wampfcgi/core/memory.hpp"
#include "wampfcgi/core/text/utf8.hpp"

#include <algorithm>
#include <utility>

namespace wampfcgi::codec {

namespace {

constexpr std::size_t punctuation_bytes = 64;
constexpr std::size_t least_punctuation_bytes = 10;  // {"args":}, without the brackets of the list

enum class container { list, object };

// Appends args or kwargs, at the second level of nesting. Empty bytes mean that the member was not sent.
result<void> append_container(std::string& out, std::string_view bytes, container expected)
{
    const bool list = expected == container::list;
    if (bytes.empty()) {
        out += list ? "[]" : "{}";
        return {};
    }
    const auto from = out.size();
    if (const auto appended = append_json(out, bytes, max_depth - 1); !appended)
        return failure(errc::result_invalid, (list ? "args: " : "kwargs: ") + appended.error().detail);
    if (out[from] != (list ? '[' : '{'))
        return failure(errc::result_invalid, list ? "args: not an array" : "kwargs: not a map");
    return {};
}

// Appends `prefix` and the container, but nothing when the container is empty.
result<void> append_unless_empty(std::string& out, std::string_view prefix, std::string_view bytes, container expected)
{
    if (bytes.empty() || bytes == (expected == container::list ? "\x90" : "\x80"))
        return {};  // as nearly always one of the two
    const auto before = out.size();
    out += prefix;
    if (auto appended = append_container(out, bytes, expected); !appended)
        return appended;
    if (out.size() == before + prefix.size() + 2)
        out.resize(before);
    return {};
}

/// An object with a URI and arguments: always all three members.
result<std::string> uri_and_arguments(std::string_view name, std::string_view uri, const payload& arguments)
{
    if (!is_utf8(uri))
        return failure(errc::result_invalid, std::string(name) + ": not valid UTF-8");
    std::string body;
    body.reserve(block_bytes(uri.size() + arguments.args.size() + arguments.kwargs.size() + punctuation_bytes));
    body.append("{\"").append(name).append("\":");
    append_string(body, uri);
    body += R"(,"args":)";
    if (const auto appended = append_container(body, arguments.args, container::list); !appended)
        return appended.error();
    body += R"(,"kwargs":)";
    if (const auto appended = append_container(body, arguments.kwargs, container::object); !appended)
        return appended.error();
    body += '}';
    return body;
}

result<void> write_result(std::string& body, const payload_view& returned)
{
    // Short values grow most in JSON. A short result needs no memory of its own.
    const std::size_t bytes = returned.args.size() + returned.kwargs.size();
    body.reserve(block_bytes(bytes + std::min(bytes, punctuation_bytes) + least_punctuation_bytes));
    if (auto appended = append_unless_empty(body, R"({"args":)", returned.args, container::list); !appended)
        return appended;
    const std::string_view kwargs_prefix = body.empty() ? R"({"kwargs":)" : R"(,"kwargs":)";
    if (auto appended = append_unless_empty(body, kwargs_prefix, returned.kwargs, container::object); !appended)
        return appended;
    if (body.empty())
        body = R"({"args":[null]})";
    else
        body += '}';
    return {};
}

}  // namespace

result<std::string> result_body(const payload_view& returned)
{
    result<std::string> made;  // the only value that is returned, so that it is not moved
    if (auto written = write_result(*made, returned); !written)
        made = std::move(written).error();
    return made;
}

result<std::string> error_body(const call_error& error)
{
    return uri_and_arguments("error", error.uri, error.details);
}

result<std::string> event_body(const topic_event& event)
{
    return uri_and_arguments("topic", event.topic, event.arguments);
}

std::string refusal_body(const failure& why)
{
    const auto& info = describe(why.code);
    std::string body = R"({"error":"wampfcgi.error.)";
    body += info.name;
    body += R"(","args":[)";
    append_string(body, info.sentence);
    body += R"(],"kwargs":{)";
    if (!why.parameter.empty()) {
        body += R"("parameter":)";
        append_string(body, why.parameter);
    }
    body += "}}";
    return body;
}

}  // namespace wampfcgi::codec
