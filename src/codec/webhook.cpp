#include "wampfcgi/codec/webhook.hpp"

#include "codec/publish_options.hpp"
#include "codec/value_builder.hpp"
#include "wampfcgi/core/headers.hpp"
#include "wampfcgi/core/text/utf8.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wampfcgi::codec {

namespace {

constexpr std::size_t most_bytes_of_headers_as_a_rule = 2048;

// Words found in the names of headers that hold secrets, in lower case.
constexpr std::array<std::string_view, 5> secret_words{"token", "secret", "api-key", "signature", "auth"};

bool contains_in_any_case(std::string_view name, std::string_view word)
{
    const auto is_same = [](char c, char of_word) { return (c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c) == of_word; };
    return std::search(name.begin(), name.end(), word.begin(), word.end(), is_same) != name.end();
}

bool is_left_out(const std::string& name, const webhook_options& options)
{
    if (std::ranges::find(options.headers, name) != options.headers.end())
        return false;
    return name == "Cookie" ||
           std::ranges::any_of(secret_words, [&](auto word) { return contains_in_any_case(name, word); }) ||
           std::ranges::any_of(options.verify_by, [&](const webhook_verification& by) {
               return name == by.header || name == by.timestamp_header;
           });
}

// WAMP takes a string that begins with U+0000 for binary data. No web server sends one in a header.
bool is_text(std::string_view value)
{
    return !value.starts_with('\0');
}

std::map<std::string, std::vector<std::string_view>> published_headers(const request& req,
                                                                       const webhook_options& options)
{
    std::map<std::string, std::vector<std::string_view>> all;
    std::string_view rest = req.pairs();
    while (const auto next = take_header(rest))
        if (!is_left_out(next->name, options) && is_text(next->name) && is_text(next->value))
            all[to_utf8(next->name)].push_back(next->value);
    return all;
}

std::string arguments(const request& req, const webhook_options& options)
{
    value_builder event(req.body().size() + most_bytes_of_headers_as_a_rule);
    event.open();
    event.open();
    event.key("headers");
    event.open();
    for (const auto& [name, values] : published_headers(req, options)) {
        event.key(name);
        event.open();
        for (const std::string_view value : values)
            event.text(to_utf8(value));
        event.close_list(values.size());
    }
    event.close_map();
    event.key("body");
    event.text(req.body());
    event.close_map();
    event.close_list(1);
    return event.take();
}

failure too_large(std::size_t bytes, std::size_t most_bytes)
{
    return failure(errc::body_too_large,
                   "event of " + std::to_string(bytes) + " bytes, the router takes " + std::to_string(most_bytes));
}

}  // namespace

result<parsed_publication> webhook_publication(const request& req, const webhook_options& options,
                                               std::size_t most_bytes)
{
    if (const std::size_t good = utf8_prefix(req.body()); good != req.body().size())
        return failure(errc::body_not_utf8, "byte " + std::to_string(good) + ": ill-formed UTF-8");
    if (!is_text(req.body()))
        return failure(errc::body_not_utf8, "byte 0: U+0000, which marks binary data in WAMP");
    most_bytes = std::min<std::size_t>(most_bytes, std::numeric_limits<std::uint32_t>::max());
    if (req.body().size() > most_bytes)
        return too_large(req.body().size(), most_bytes);
    std::string args = arguments(req, options);
    if (args.size() > most_bytes)
        return too_large(args.size(), most_bytes);
    auto acknowledged = publish_options({}, sender::anybody);
    if (!acknowledged)
        return acknowledged.error();
    return parsed_publication{options.topic, {std::move(args), {}}, *std::move(acknowledged)};
}

}  // namespace wampfcgi::codec
