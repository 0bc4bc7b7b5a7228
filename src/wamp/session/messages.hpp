// Owns parsing what the router sends: answers to requests, and events (WAMP specification, "Remote Procedure Calls" and
// "Publish and Subscribe"), in MessagePack. requests.hpp encodes requests; login_session.hpp handles messages of the
// session itself.
#pragma once

#include "wamp/session/message_code.hpp"
#include "wamp/session/requests.hpp"
#include "wampfcgi/core/call.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace wampfcgi::wamp {

/// The most fields of a message that are read.
inline constexpr std::size_t max_fields = 16;

/// The fields of a message, in an array that takes no memory of its own.
class field_list {
public:
    /// There must be less than max_fields.
    void push_back(std::string_view field) { fields_.at(size_++) = {field.data(), field.size()}; }

    std::size_t size() const noexcept { return size_; }
    bool empty() const noexcept { return size_ == 0; }
    /// Empty when there is no such field.
    std::string_view operator[](std::size_t index) const noexcept
    {
        return index < size_ ? std::string_view(fields_[index].begin, fields_[index].bytes) : std::string_view();
    }

private:
    struct place {
        const char* begin;
        std::size_t bytes;
    };

    std::array<place, max_fields> fields_;  // the first `size_`: to clear all would cost as much as to find four
    std::size_t size_ = 0;
};

/// A message split into fields: each is one MessagePack value, a view into the message.
struct message_fields {
    message_fields();

    std::uint64_t code = 0;
    field_list fields;   ///< including the code, which comes first
    bool whole = false;  ///< false: the rest of the message cannot be parsed
    std::string fault;   ///< why not, and at which byte
};

/// Splits a message. Nothing when it is not an array, or does not begin with a message code.
std::optional<message_fields> split_message(std::string_view bytes);

/// The value of a field that is an unsigned integer or a string; nothing for another type.
std::optional<std::uint64_t> as_unsigned(std::string_view field);
std::optional<std::string_view> as_string(std::string_view field);

/// The router's answer to a request.
struct router_answer {
    std::uint64_t request_id = 0;
    request_kind to = request_kind::call;
    outcome how;           ///< result_invalid when the message is malformed after the request id
    bool is_part = false;  ///< a progressive RESULT: another one will follow
};

/// Parses [RESULT, CALL.Request|id, Details|dict, Arguments|list, ArgumentsKw|dict], [PUBLISHED, PUBLISH.Request|id,
/// Publication|id], [SUBSCRIBED, SUBSCRIBE.Request|id, Subscription|id], [UNSUBSCRIBED, UNSUBSCRIBE.Request|id] or
/// [ERROR, the code of one of these requests, Request|id, Details|dict, Error|uri, Arguments|list, ArgumentsKw|dict].
/// Nothing when it is none of them, or has no request id. A RESULT has a payload_in_message with the `memory` of the
/// message; a progressive one has a copy.
std::optional<router_answer> read_answer(const message_fields& message, const std::shared_ptr<const void>& memory = {});

/// An EVENT, and the subscription that it belongs to.
struct router_event {
    std::uint64_t subscription_id = 0;
    /// The topic is empty if the router omits it: it is then the subscription's. A failure if the event cannot be
    /// parsed.
    std::variant<topic_event, failure> what;
};

/// Parses [EVENT, SUBSCRIBED.Subscription|id, PUBLISHED.Publication|id, Details|dict, PUBLISH.Arguments|list,
/// PUBLISH.ArgumentKw|dict]. Nothing for another message, or without a subscription id.
std::optional<router_event> read_event(const message_fields& message);

/// The router has ended a subscription ("Subscription Revocation").
struct router_revocation {
    std::uint64_t subscription_id = 0;
    std::string reason;  ///< a URI, as received; empty: none
};

/// Parses [UNSUBSCRIBED, 0, Details|dict] with `subscription` and perhaps `reason` in the details. Nothing for another
/// message.
std::optional<router_revocation> read_revocation(const message_fields& message);

}  // namespace wampfcgi::wamp
