// Owns the values that pass between the bridge and the WAMP connection: a call, and how it ended.
#pragma once

#include "wampfcgi/core/result.hpp"

#include <chrono>
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
};

/// ERROR for a call, from the callee or the router.
struct call_error {
    std::string uri;  ///< as the peer sent it; not checked
    payload details;
};

/// How a call ended: RESULT, ERROR, or a failure of ours (connection_lost, call_timeout, ...).
using outcome = std::variant<payload, call_error, failure>;

}  // namespace wampfcgi
