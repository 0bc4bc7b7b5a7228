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

/// What a session can be told to do.
using operation = std::variant<call, publication>;

/// ERROR for a call or a publication, from the callee or the router.
struct call_error {
    std::string uri;  ///< as the peer sent it; not checked
    payload details;
};

/// PUBLISHED.
struct published {
    std::uint64_t publication_id;
};

/// How an operation ended: RESULT, PUBLISHED, ERROR, or a failure of ours (connection_lost, call_timeout, ...).
using outcome = std::variant<payload, published, call_error, failure>;

}  // namespace wampfcgi
