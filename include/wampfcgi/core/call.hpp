// Owns the values that pass between the services and a session: what it is to do, and how that ended.
#pragma once

#include "wampfcgi/core/result.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <variant>

namespace wampfcgi {

/// Positional and keyword arguments of a CALL, RESULT or ERROR, as MessagePack: whichever serializer the connection
/// uses.
struct payload {
    std::string args;    ///< one MessagePack array; empty: not sent
    std::string kwargs;  ///< one MessagePack map; empty: not sent
};

/// A call to make.
struct call {
    std::string procedure;  ///< a loose WAMP URI
    payload arguments;
    std::chrono::milliseconds timeout;  ///< time until it is cancelled at the router; 0: never
    bool receive_progress = false;      ///< parts of the result are asked for; `timeout` is for each of them then
};

/// An event to publish, which the router is to acknowledge.
struct publication {
    std::string topic;  ///< a loose WAMP URI
    payload arguments;
    std::string options;                ///< PUBLISH.Options: one MessagePack map
    std::chrono::milliseconds timeout;  ///< time until it is given up; 0: never
};

/// What a client can ask a session for.
using operation = std::variant<call, publication>;

/// How a subscription's topic stands for those of events (WAMP specification, "Pattern-Based Subscriptions").
enum class topic_match { exact, prefix, wildcard };

/// Topics whose events are wanted.
struct subscription {
    std::string topic;  ///< a loose WAMP URI; with other matches than `exact` components may be empty
    topic_match match = topic_match::exact;
    std::chrono::milliseconds timeout{0};  ///< time until the router has to confirm it; 0: any
};

/// EVENT.
struct topic_event {
    std::uint64_t publication_id;
    std::string topic;  ///< that it was published on
    payload arguments;
};

/// ERROR for a call or a publication, from the callee or the router.
struct call_error {
    std::string uri;  ///< as the peer sent it; not checked
    payload details;
};

/// PUBLISHED, SUBSCRIBED or UNSUBSCRIBED.
struct accepted {
    std::uint64_t id;  ///< that the router gave: of the publication, or of the subscription
};

/// How an operation ended: RESULT, what says that it was accepted, ERROR, or a failure of ours (connection_lost,
/// call_timeout, ...).
using outcome = std::variant<payload, accepted, call_error, failure>;

}  // namespace wampfcgi
