#pragma once
// How messages are written on the wire.

#include <string_view>

namespace wampfcgi::devrouter {

/// The values are those of RawSocket's handshake.
enum class serializer : unsigned char { json = 1, messagepack = 2 };

/// As the command line names it: "json", "msgpack".
constexpr std::string_view name_of(serializer format)
{
    return format == serializer::json ? "json" : "msgpack";
}

/// WebSocket's name for it.
constexpr std::string_view subprotocol_of(serializer format)
{
    return format == serializer::json ? "wamp.2.json" : "wamp.2.msgpack";
}

}  // namespace wampfcgi::devrouter
