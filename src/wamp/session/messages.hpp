// Owns taking apart what comes from the router: answers to requests, and events (WAMP specification, "Remote Procedure
// Calls" and "Publish and Subscribe"), in MessagePack. Requests are requests.hpp's business; the messages of the
// session itself are Autobahn|Cpp's (see login_session.hpp).
#pragma once

#include "wamp/session/message_code.hpp"
#include "wamp/session/requests.hpp"
#include "wampfcgi/core/call.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace wampfcgi::wamp {

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
