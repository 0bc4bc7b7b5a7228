// Owns what the router is asked for, and the bytes of these messages in MessagePack (WAMP specification, "Remote
// Procedure Calls" and "Publish and Subscribe"). Reading what it answers is messages.hpp's business.
#pragma once

#include "wampfcgi/core/call.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <variant>

namespace wampfcgi::wamp {

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

}  // namespace wampfcgi::wamp
