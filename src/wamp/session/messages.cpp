#include "wamp/session/messages.hpp"

#include "wampfcgi/codec/answer.hpp"
#include "wampfcgi/core/big_endian.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace wampfcgi::wamp {
namespace {

struct header {
    std::size_t bytes;
    std::uint64_t count;
};

// The first byte of a MessagePack value gives its type; the ranges are from the MessagePack specification.
bool is_array(std::string_view value)
{
    const auto first = static_cast<std::uint8_t>(value.empty() ? 0xC1 : value.front());
    return (first & 0xF0U) == 0x90 || first == 0xDC || first == 0xDD;
}

bool is_nil(std::string_view value)
{
    return value == "\xC0";
}

bool is_map(std::string_view value)
{
    const auto first = static_cast<std::uint8_t>(value.empty() ? 0xC1 : value.front());
    return (first & 0xF0U) == 0x80 || first == 0xDE || first == 0xDF;
}

std::optional<header> array_header(std::string_view bytes)
{
    if (!is_array(bytes))
        return {};
    const auto first = static_cast<std::uint8_t>(bytes.front());
    if ((first & 0xF0U) == 0x90)
        return header{1, first & 0x0FU};
    const std::size_t size = first == 0xDC ? 2 : 4;
    if (bytes.size() < 1 + size)
        return {};
    return header{1 + size, big_endian(bytes.substr(1, size))};
}

/// Length in bytes of the first value in `bytes`; nothing when there is no complete, well-formed value. Most fields of
/// a message are numbers, short strings or empty dictionaries, whose first byte says their length.
std::optional<std::size_t> length_of_value(std::string_view bytes)
{
    const auto first = static_cast<std::uint8_t>(bytes.empty() ? 0xC1 : bytes.front());
    if (first <= 0x80 || first == 0x90 || first == 0xC0 || first == 0xC2 || first == 0xC3)
        return 1;
    std::size_t length = 0;
    if ((first & 0xE0U) == 0xA0)
        length = 1 + (first & 0x1FU);
    else if (first >= 0xCC && first <= 0xCF)
        length = 1 + (std::size_t{1} << (first & 3U));
    else
        return codec::value_length(bytes);
    return length <= bytes.size() ? std::optional(length) : std::nullopt;
}

/// The content of a map after its header.
std::string_view members_of(std::string_view map)
{
    const auto first = static_cast<std::uint8_t>(map.front());
    return map.substr((first & 0xF0U) == 0x80 ? 1 : first == 0xDE ? 3 : 5);
}

/// The member of a dictionary; empty when there is none.
std::string_view member_of(std::string_view dictionary, std::string_view name)
{
    if (!is_map(dictionary))
        return {};
    std::string_view rest = members_of(dictionary);
    while (!rest.empty()) {
        const std::string_view key = rest.substr(0, length_of_value(rest).value_or(rest.size()));
        rest.remove_prefix(key.size());
        const std::string_view value = rest.substr(0, length_of_value(rest).value_or(rest.size()));
        rest.remove_prefix(value.size());
        if (as_string(key) == name)
            return value;
    }
    return {};
}

/// RESULT.Details.progress ("Progressive Call Results"): another RESULT will follow.
bool is_progressive(std::string_view details)
{
    return member_of(details, "progress") == "\xC3";
}

std::string at_byte(std::size_t offset, std::string_view reason)
{
    return "byte " + std::to_string(offset) + ": " + std::string(reason);
}

payload copy_of(const payload_view& arguments)
{
    return {std::string(arguments.args), std::string(arguments.kwargs)};
}

/// Reads the arguments in `fields` from index `first` on: a list, then a map. Either may be missing, or be nil as from
/// routers in JavaScript. Returns what is wrong; null: nothing.
const char* read_arguments(payload_view& into, const field_list& fields, std::size_t first)
{
    if (fields.size() > first && !is_nil(fields[first])) {
        if (!is_array(fields[first]))
            return "Arguments is not a list";
        into.args = fields[first];
    }
    if (fields.size() > first + 1 && !is_nil(fields[first + 1])) {
        if (!is_map(fields[first + 1]))
            return "ArgumentsKw is not a dictionary";
        into.kwargs = fields[first + 1];
    }
    return nullptr;
}

void read_result(outcome& how, const message_fields& message, bool is_part, const std::shared_ptr<const void>& memory)
{
    payload_view arguments;
    if (!message.whole)
        how = failure(errc::result_invalid, "RESULT cannot be read: " + message.fault);
    else if (const char* const fault = read_arguments(arguments, message.fields, 3))
        how = failure(errc::result_invalid, fault);
    else if (is_part)
        how = copy_of(arguments);
    else
        how = payload_in_message{arguments, memory};
}

outcome read_error(const message_fields& message)
{
    if (!message.whole)
        return failure(errc::result_invalid, "ERROR cannot be read: " + message.fault);
    if (message.fields.size() < 5)
        return failure(errc::result_invalid, "ERROR has no URI");
    const auto uri = as_string(message.fields[4]);
    if (!uri)
        return failure(errc::result_invalid, "Error is not a URI");
    payload_view arguments;
    if (const char* const fault = read_arguments(arguments, message.fields, 5))
        return failure(errc::result_invalid, fault);
    return call_error{std::string(*uri), copy_of(arguments)};
}

/// PUBLISHED or SUBSCRIBED.
outcome read_accepted(const message_fields& message, const char* if_malformed)
{
    const auto id = message.fields.size() > 2 ? as_unsigned(message.fields[2]) : std::nullopt;
    if (!message.whole || !id)
        return failure(errc::result_invalid, if_malformed);
    return accepted{*id};
}

bool is(const message_fields& message, message_code code)
{
    return message.code == static_cast<std::uint64_t>(code);
}

/// The kind of request that an ERROR answers, by the code in its second field.
std::optional<request_kind> kind_of_request(std::string_view field)
{
    const auto code = as_unsigned(field);
    if (!code)
        return {};
    switch (message_code{*code}) {
    case message_code::call:
        return request_kind::call;
    case message_code::publish:
        return request_kind::publish;
    case message_code::subscribe:
        return request_kind::subscribe;
    case message_code::unsubscribe:
        return request_kind::unsubscribe;
    default:
        return {};
    }
}

std::optional<router_answer> read_answer_of_error(const message_fields& message)
{
    const auto& fields = message.fields;
    const auto kind = fields.size() > 2 ? kind_of_request(fields[1]) : std::nullopt;
    const auto id = kind ? as_unsigned(fields[2]) : std::nullopt;
    return id ? std::optional(router_answer{*id, *kind, read_error(message)}) : std::nullopt;
}

/// Reads PUBLISHED, SUBSCRIBED or UNSUBSCRIBED.
std::optional<router_answer> read_acknowledgement(const message_fields& message, std::uint64_t id)
{
    if (is(message, message_code::published))
        return router_answer{id, request_kind::publish, read_accepted(message, "PUBLISHED has no publication id")};
    if (is(message, message_code::subscribed))
        return router_answer{id, request_kind::subscribe, read_accepted(message, "SUBSCRIBED has no subscription id")};
    if (is(message, message_code::unsubscribed) && id != 0)
        return router_answer{id, request_kind::unsubscribe, accepted{}};
    return {};
}

topic_event read_event_of(const message_fields& message, std::uint64_t publication_id, payload arguments)
{
    topic_event read{publication_id, {}, std::move(arguments)};
    if (message.fields.size() > 3)
        if (const auto topic = as_string(member_of(message.fields[3], "topic")))
            read.topic = *topic;
    return read;
}

}  // namespace

message_fields::message_fields() = default;

std::optional<message_fields> split_message(std::string_view bytes)
{
    std::optional<message_fields> split;  // built where the caller has it: the only value that is returned
    const auto array = array_header(bytes);
    if (!array)
        return split;
    const std::size_t whole_bytes = bytes.size();
    bytes.remove_prefix(array->bytes);
    message_fields& message = split.emplace();
    const std::uint64_t count = std::min<std::uint64_t>(array->count, max_fields);
    while (message.fields.size() < count) {
        const auto length = length_of_value(bytes);
        if (!length) {
            const codec::value_fault why = codec::why_no_value(bytes);
            message.fault = at_byte(whole_bytes - bytes.size() + why.offset, why.reason);
            break;
        }
        message.fields.push_back(bytes.substr(0, *length));
        bytes.remove_prefix(*length);
    }
    message.whole = message.fields.size() == array->count && bytes.empty();
    if (!message.whole && message.fault.empty())
        message.fault =
            at_byte(whole_bytes - bytes.size(), message.fields.size() < array->count ? "more fields than a message has"
                                                                                     : "extra bytes after the message");
    const auto code = message.fields.empty() ? std::nullopt : as_unsigned(message.fields[0]);
    if (code)
        message.code = *code;
    else
        split.reset();
    return split;
}

// Does not trust the lead byte: a field whose length does not match it is invalid.
std::optional<std::uint64_t> as_unsigned(std::string_view field)
{
    if (field.empty())
        return {};
    const auto first = static_cast<std::uint8_t>(field.front());
    if (first < 0x80 && field.size() == 1)
        return first;
    if (first < 0xCC || first > 0xD3 || field.size() != 1 + (std::size_t{1} << (first & 3U)))
        return {};
    const bool is_signed = first >= 0xD0;
    if (is_signed && static_cast<std::uint8_t>(field[1]) >= 0x80)
        return {};
    return big_endian(field.substr(1));
}

std::optional<std::string_view> as_string(std::string_view field)
{
    if (field.empty())
        return {};
    const auto first = static_cast<std::uint8_t>(field.front());
    if ((first & 0xE0U) == 0xA0)
        return field.size() == 1 + (first & 0x1FU) ? std::optional(field.substr(1)) : std::nullopt;
    if (first < 0xD9 || first > 0xDB)
        return {};
    const std::size_t size = std::size_t{1} << (first - 0xD9U);  // of the length after the lead byte
    if (field.size() < 1 + size || field.size() - 1 - size != big_endian(field.substr(1, size)))
        return {};
    return field.substr(1 + size);
}

std::optional<router_answer> read_answer(const message_fields& message, const std::shared_ptr<const void>& memory)
{
    std::optional<router_answer> answer;  // a RESULT is read in place: nearly every message is one
    const auto& fields = message.fields;
    const auto id = fields.size() > 1 ? as_unsigned(fields[1]) : std::nullopt;
    if (is(message, message_code::error)) {
        answer = read_answer_of_error(message);
    } else if (id && is(message, message_code::result)) {
        answer.emplace();
        answer->request_id = *id;
        answer->is_part = fields.size() > 2 && is_progressive(fields[2]);
        read_result(answer->how, message, answer->is_part, memory);
    } else if (id) {
        answer = read_acknowledgement(message, *id);
    }
    return answer;
}

std::optional<router_event> read_event(const message_fields& message)
{
    const auto& fields = message.fields;
    const auto subscription_id =
        is(message, message_code::event) && fields.size() > 1 ? as_unsigned(fields[1]) : std::nullopt;
    if (!subscription_id)
        return {};
    if (!message.whole)
        return router_event{*subscription_id, failure(errc::result_invalid, "EVENT cannot be read: " + message.fault)};
    const auto publication_id = fields.size() > 2 ? as_unsigned(fields[2]) : std::nullopt;
    if (!publication_id)
        return router_event{*subscription_id, failure(errc::result_invalid, "EVENT has no publication id")};
    payload_view arguments;
    if (const char* const fault = read_arguments(arguments, fields, 4))
        return router_event{*subscription_id, failure(errc::result_invalid, fault)};
    return router_event{*subscription_id, read_event_of(message, *publication_id, copy_of(arguments))};
}

std::optional<router_revocation> read_revocation(const message_fields& message)
{
    const auto& fields = message.fields;
    if (!is(message, message_code::unsubscribed) || fields.size() < 3 || as_unsigned(fields[1]) != 0U)
        return {};
    const auto subscription_id = as_unsigned(member_of(fields[2], "subscription"));
    if (!subscription_id)
        return {};
    return router_revocation{*subscription_id, std::string(as_string(member_of(fields[2], "reason")).value_or(""))};
}

}  // namespace wampfcgi::wamp
