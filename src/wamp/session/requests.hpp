// Owns the requests to the router, and their encoding in MessagePack (WAMP specification, "Remote Procedure Calls" and
// "Publish and Subscribe"). messages.hpp parses the answers.
#pragma once

#include "wampfcgi/core/call.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>

namespace wampfcgi::wamp {

/// The kind of a request in flight, named after its message.
enum class request_kind { call, publish, subscribe, unsubscribe };

/// The end of a subscription.
struct unsubscription {
    std::uint64_t id;                   ///< from the router's SUBSCRIBED
    std::chrono::milliseconds timeout;  ///< until it is given up; 0: no limit
};

/// The requests that the router answers.
using router_request = std::variant<call, publication, subscription, unsubscription>;

request_kind kind_of(const router_request& what);

/// Arguments of at least so many bytes are sent from where they are, see left_out(). To copy shorter ones costs less
/// than a write of several pieces.
inline constexpr std::size_t long_arguments_bytes = 64 * 1024;

/// The arguments that an encoded message lacks because they are long: it is to be sent with them behind it. Null: it
/// lacks nothing.
payload* left_out(call& what);
payload* left_out(router_request& what);

/// [CALL, Request|id, Options|dict, Procedure|uri, Arguments|list, ArgumentsKw|dict]. The options contain the timeout
/// in milliseconds ("Call Timeouts"), or ask for progressive results ("Progressive Call Results") without a timeout,
/// because the router would apply it to the whole call.
///
/// Every function here replaces the content of `out`, and leaves long arguments out.
void encode_call(std::string& out, std::uint64_t request_id, const call& what);

/// [PUBLISH, Request|id, Options|dict, Topic|uri, Arguments|list, ArgumentsKw|dict]
void encode_publish(std::string& out, std::uint64_t request_id, const publication& what);

/// [SUBSCRIBE, Request|id, Options|dict, Topic|uri]; the options contain the match unless it is "exact".
void encode_subscribe(std::string& out, std::uint64_t request_id, const subscription& what);

/// [UNSUBSCRIBE, Request|id, SUBSCRIBED.Subscription|id]
void encode_unsubscribe(std::string& out, std::uint64_t request_id, std::uint64_t subscription_id);

/// Encodes the message for `what`.
void encode(std::string& out, std::uint64_t request_id, const router_request& what);

/// [CANCEL, CALL.Request|id, Options|dict] with mode "killnowait": the router answers at once ("Call Canceling").
std::string encode_cancel(std::uint64_t request_id);

}  // namespace wampfcgi::wamp
