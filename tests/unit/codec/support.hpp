// Owns what the codec's tests share: bodies around one value, and an independent encoding of MessagePack headers.
#pragma once

#include "wampfcgi/codec/answer.hpp"
#include "wampfcgi/codec/body.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <ostream>
#include <string>
#include <string_view>

namespace wampfcgi {

inline std::ostream& operator<<(std::ostream& out, errc code)
{
    return out << describe(code).name;
}

}  // namespace wampfcgi

namespace wampfcgi::codec::testing {

using namespace std::string_literals;
using namespace std::string_view_literals;

inline result<call> parse_body(std::string_view body, std::size_t most_bytes = std::numeric_limits<std::size_t>::max())
{
    call made{};
    if (const auto ok = codec::parse_body(made, body, most_bytes); !ok)
        return ok.error();
    return made;
}

/// The error of parsing `body`; internal_error, which parse_body never returns, for an accepted body.
inline errc refusal_of(std::string_view body)
{
    const auto parsed = parse_body(body);
    return parsed ? errc::internal_error : parsed.error().code;
}

inline std::string with_args(std::string_view json)
{
    return R"({"procedure":"p","args":)" + std::string(json) + "}";
}

inline std::string with_kwargs(std::string_view json)
{
    return R"({"procedure":"p","kwargs":)" + std::string(json) + "}";
}

/// The MessagePack of a JSON list.
inline std::string args_of(std::string_view json)
{
    return parse_body(with_args(json)).value().arguments.args;
}

/// The MessagePack of a JSON object.
inline std::string kwargs_of(std::string_view json)
{
    return parse_body(with_kwargs(json)).value().arguments.kwargs;
}

/// The MessagePack of a JSON value.
inline std::string value_of(std::string_view json)
{
    return args_of("[" + std::string(json) + "]").substr(1);
}

/// The JSON of a MessagePack value, in a result.
inline std::string json_of(std::string_view value)
{
    const auto body = result_body({"\x91" + std::string(value), ""}).value();
    return body.substr(9, body.size() - 11);
}

/// True when JSON can represent a MessagePack value; the only error is result_invalid.
inline bool has_json(std::string_view value)
{
    const auto body = result_body({"\x91" + std::string(value), ""});
    return body.has_value() || body.error().code != errc::result_invalid;
}

inline std::string big_endian(std::uint64_t value, int bytes)
{
    std::string text;
    for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8)
        text += static_cast<char>(value >> shift);
    return text;
}

inline std::string repeated(std::string_view text, std::size_t times)
{
    std::string all;
    for (std::size_t i = 0; i < times; ++i)
        all += text;
    return all;
}

/// `count` copies of `item`, separated by commas.
inline std::string listed(std::string_view item, std::size_t count)
{
    auto items = repeated(std::string(item) + ",", count);
    if (!items.empty())
        items.pop_back();
    return items;
}

}  // namespace wampfcgi::codec::testing
