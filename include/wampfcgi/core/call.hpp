// Owns the values that pass between services and sessions: operations and their outcomes.
#pragma once

#include "wampfcgi/core/result.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

namespace wampfcgi {

/// Positional and keyword arguments of a CALL, RESULT or ERROR, in MessagePack whichever serializer the connection
/// uses.
struct payload {
    std::string args;    ///< one MessagePack array; empty: not sent
    std::string kwargs;  ///< one MessagePack map; empty: not sent

    std::size_t bytes() const noexcept { return args.size() + kwargs.size(); }
};

/// The same as views.
struct payload_view {
    payload_view() = default;
    payload_view(std::string_view of_args, std::string_view of_kwargs) : args(of_args), kwargs(of_kwargs) {}
    payload_view(const payload& of) : args(of.args), kwargs(of.kwargs) {}

    std::string_view args;
    std::string_view kwargs;
};

/// A payload that is still in the message that brought it, so that it need not be copied.
struct payload_in_message {
    payload_view at;
    std::shared_ptr<const void> memory;  ///< of a long message; null: only valid in outcome_sink::ended()
};

/// A call to make.
struct call {
    std::string procedure;  ///< a loose WAMP URI
    payload arguments;
    std::chrono::milliseconds timeout;  ///< until the call is cancelled at the router; 0: never
    bool receive_progress = false;      ///< asks for progressive results; `timeout` then applies to each part
};

/// An event to publish. The router must acknowledge it.
struct publication {
    std::string topic;  ///< a loose WAMP URI
    payload arguments;
    std::string options;                ///< PUBLISH.Options: one MessagePack map
    std::chrono::milliseconds timeout;  ///< until the publication fails; 0: never
};

/// The operations of a session.
using operation = std::variant<call, publication>;

/// How a subscription's topic is matched with topics of events (WAMP specification, "Pattern-Based Subscriptions").
enum class topic_match { exact, prefix, wildcard };

/// The topics to receive events of.
struct subscription {
    std::string topic;  ///< a loose WAMP URI; unless the match is `exact`, components may be empty
    topic_match match = topic_match::exact;
    std::chrono::milliseconds timeout{0};  ///< until the router must have confirmed it; 0: no limit
};

/// The content of an EVENT.
struct topic_event {
    std::uint64_t publication_id;
    std::string topic;  ///< the topic published on
    payload arguments;
};

/// The content of an ERROR for a call or publication, from the callee or the router.
struct call_error {
    std::string uri;  ///< as the peer sent it, unchecked
    payload details;
};

/// The content of PUBLISHED, SUBSCRIBED or UNSUBSCRIBED.
struct accepted {
    std::uint64_t id;  ///< the router's id of the publication or subscription
};

/// How an operation ended: RESULT (a payload_in_message where it comes from a router), an acknowledgement, ERROR, or a
/// failure of ours (connection_lost, call_timeout, ...).
using outcome = std::variant<payload, payload_in_message, accepted, call_error, failure>;

}  // namespace wampfcgi
