// Owns the codes of WAMP messages.
#pragma once

#include <cstdint>

namespace wampfcgi::wamp {

/// The codes that this program distinguishes (WAMP specification, "Message Codes").
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

}  // namespace wampfcgi::wamp
