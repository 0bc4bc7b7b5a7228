#include "wampfcgi/codec/transcode.hpp"

#include "codec/json_events.hpp"
#include "codec/msgpack_reader.hpp"
#include "codec/value_builder.hpp"
#include "wampfcgi/codec/body.hpp"
#include "wampfcgi/core/text/utf8.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <span>
#include <system_error>

namespace wampfcgi::codec {

namespace {

// A field of a message may be nested as deep as a value, and the message is one more array around it.
constexpr unsigned max_message_depth = max_depth + 1;

constexpr std::string_view white_space = " \t\n\r";

/// Parses one value into `builder`. Returns why and where that failed; nothing on success.
std::optional<std::string> fault_in(std::string_view text, const json_limits& limits, value_builder& builder)
{
    if (const auto valid_bytes = utf8_prefix(text); valid_bytes != text.size())
        return "byte " + std::to_string(valid_bytes) + ": ill-formed UTF-8";
    if (const auto fault = read_json(text, limits, builder))
        return "byte " + std::to_string(fault->offset) + ": " + fault->reason;
    return std::nullopt;
}

void skip_white_space(std::string_view& text)
{
    text.remove_prefix(std::min(text.find_first_not_of(white_space), text.size()));
}

bool skip(std::string_view& text, char expected)
{
    skip_white_space(text);
    if (!text.starts_with(expected))
        return false;
    text.remove_prefix(1);
    return true;
}

// Takes an unsigned integer and the comma after it off the front of `text`.
std::optional<std::uint64_t> take_integer(std::string_view& text)
{
    skip_white_space(text);
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || (text.starts_with('0') && end != text.data() + 1))
        return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return skip(text, ',') ? std::optional(value) : std::nullopt;
}

// An array that announces one item more than it contains.
std::string cut_short(std::span<const std::uint64_t> items)
{
    value_builder builder(1 + 9 * items.size());
    builder.open();
    for (const auto item : items)
        builder.integer(item);
    builder.close_list(items.size() + 1);
    return builder.take();
}

// The readable start of a RESULT, or of an ERROR to a CALL, that cannot be parsed; nothing for other messages.
std::optional<std::string> start_of_answer(std::string_view text)
{
    constexpr std::uint64_t error = 8;
    constexpr std::uint64_t call = 48;
    constexpr std::uint64_t result = 50;
    if (!skip(text, '['))
        return std::nullopt;
    std::array<std::uint64_t, 3> start{};
    std::size_t size = 0;
    for (auto& item : start) {
        const auto integer = take_integer(text);
        if (!integer)
            break;
        item = *integer;
        ++size;
    }
    if (size >= 2 && start[0] == result)
        return cut_short(std::span(start).first(2));
    if (size == 3 && start[0] == error && start[1] == call)
        return cut_short(start);
    return std::nullopt;
}

}  // namespace

std::optional<std::string> message_to_json(std::string_view message)
{
    std::string text;
    text.reserve(message.size() + message.size() / 2);
    if (!append_json(text, message, max_message_depth))
        return std::nullopt;
    return text;
}

json_message message_from_json(std::string_view text)
{
    auto inside = text;
    if (!skip(inside, '['))
        return {"", "it is not a JSON array"};
    value_builder builder(text.size());
    if (auto fault = fault_in(text, {max_message_depth, long_integer::a_double}, builder))
        return {start_of_answer(text).value_or(""), *std::move(fault)};
    return {builder.take(), ""};
}

std::optional<std::string> value_from_json(std::string_view text)
{
    value_builder builder(text.size());
    if (fault_in(text, {max_depth}, builder))
        return std::nullopt;
    return builder.take();
}

}  // namespace wampfcgi::codec
