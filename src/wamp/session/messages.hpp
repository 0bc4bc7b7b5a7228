// Owns the bytes of the WAMP messages of calls, publications and subscriptions (WAMP specification, "Remote Procedure
// Calls" and "Publish and Subscribe") in MessagePack.
// The messages of the session itself are Autobahn|Cpp's (see login_session.hpp).
#pragma once

#include "wampfcgi/core/call.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace wampfcgi::wamp {

/// Codes of the messages that are told apart here (WAMP specification, "Message Codes").
enum class message_code : std::uint64_t {
    welcome = 2,
    abort = 3,
    challenge = 4,
    goodbye = 6,
    error = 8,
    publish = 16,
    published = 17,
    subscribe = 32,
    subscribed = 33,
    unsubscribe = 34,
    unsubscribed = 35,
    event = 36,
    call = 48,
    cancel = 49,
    result = 50,
};

/// What is in flight as a request of the session, by the message that it was sent with.
enum class request_kind { call, publish, subscribe, unsubscribe };

/// The end of a subscription.
struct unsubscription {
    std::uint64_t id;                   ///< that the router gave to the subscription
    std::chrono::milliseconds timeout;  ///< time until it is forgotten; 0: never
};

/// What the router is asked for and gives an answer to.
using router_request = std::variant<call, publication, subscription, unsubscription>;

request_kind kind_of(const router_request& what);

/// A message taken apart: each field is one MessagePack value, a view into the message.
struct message_fields {
    std::uint64_t code = 0;
    std::vector<std::string_view> fields;  ///< the code is the first
    bool whole = false;                    ///< false: what is behind these fields cannot be read
    std::string fault;                     ///< why not, and at which byte of the message
};

/// Takes a message apart. Nothing when it is no array, or does not begin with a message code.
std::optional<message_fields> split_message(std::string_view bytes);

/// A field that is an unsigned integer or a string; nothing when it is something else.
std::optional<std::uint64_t> as_unsigned(std::string_view field);
std::optional<std::string_view> as_string(std::string_view field);

/// [CALL, Request|id, Options|dict, Procedure|uri, Arguments|list, ArgumentsKw|dict]; the options have
/// the timeout in milliseconds ("Call Timeouts"), or that parts of the result are wanted ("Progressive Call Results"):
/// the router would end those with the timeout too.
std::string encode_call(std::uint64_t request_id, const call& what);

/// [PUBLISH, Request|id, Options|dict, Topic|uri, Arguments|list, ArgumentsKw|dict]
std::string encode_publish(std::uint64_t request_id, const publication& what);

/// [SUBSCRIBE, Request|id, Options|dict, Topic|uri]; the options have the match, where it is not "exact".
std::string encode_subscribe(std::uint64_t request_id, const subscription& what);

/// [UNSUBSCRIBE, Request|id, SUBSCRIBED.Subscription|id]
std::string encode_unsubscribe(std::uint64_t request_id, std::uint64_t subscription_id);

/// Whichever of these it takes.
std::string encode(std::uint64_t request_id, const router_request& what);

/// [CANCEL, CALL.Request|id, Options|dict] with mode "killnowait": the router answers at once ("Call Canceling").
std::string encode_cancel(std::uint64_t request_id);

/// What the router answers to a request.
struct router_answer {
    std::uint64_t request_id = 0;
    request_kind to = request_kind::call;
    outcome how;           ///< result_invalid where the message is malformed behind the request id
    bool is_part = false;  ///< a progressive RESULT: another one is to follow
};

/// Reads [RESULT, CALL.Request|id, Details|dict, Arguments|list, ArgumentsKw|dict], [PUBLISHED, PUBLISH.Request|id,
/// Publication|id], [SUBSCRIBED, SUBSCRIBE.Request|id, Subscription|id], [UNSUBSCRIBED, UNSUBSCRIBE.Request|id] or
/// [ERROR, the code of one of these requests, Request|id, Details|dict, Error|uri, Arguments|list, ArgumentsKw|dict].
/// Nothing when it is none of them, or has no request id.
std::optional<router_answer> read_answer(const message_fields& message);

/// An EVENT, and the subscription that it comes for.
struct router_event {
    std::uint64_t subscription_id = 0;
    /// Without a topic where the router leaves that out: it is the subscription's. Or why it cannot be read.
    std::variant<topic_event, failure> what;
};

/// Reads [EVENT, SUBSCRIBED.Subscription|id, PUBLISHED.Publication|id, Details|dict, PUBLISH.Arguments|list,
/// PUBLISH.ArgumentKw|dict]. Nothing when it is none, or has no subscription id.
std::optional<router_event> read_event(const message_fields& message);

/// The router has ended a subscription by itself ("Subscription Revocation").
struct router_revocation {
    std::uint64_t subscription_id = 0;
    std::string reason;  ///< a URI, as it came; empty: none
};

/// Reads [UNSUBSCRIBED, 0, Details|dict] with `subscription` and perhaps `reason` in the details. Nothing when it is
/// none.
std::optional<router_revocation> read_revocation(const message_fields& message);

}  // namespace wampfcgi::wamp
