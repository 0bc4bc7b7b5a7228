#pragma once
// The serializers of messages.

#include <string_view>

namespace wampfcgi::devrouter {

/// The values are those in RawSocket's handshake.
enum class serializer : unsigned char { json = 1, messagepack = 2 };

/// Its name on the command line: "json", "msgpack".
constexpr std::string_view name_of(serializer format)
{
    return format == serializer::json ? "json" : "msgpack";
}

/// Its WebSocket subprotocol.
constexpr std::string_view subprotocol_of(serializer format)
{
    return format == serializer::json ? "wamp.2.json" : "wamp.2.msgpack";
}

}  // namespace wampfcgi::devrouter
