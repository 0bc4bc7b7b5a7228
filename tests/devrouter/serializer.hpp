#pragma once
// How messages are written on the wire.

#include <string_view>

namespace wampfcgi::devrouter {

/// The values are those of RawSocket's handshake.
enum class serializer : unsigned char { json = 1, messagepack = 2 };

/// As WebSocket's subprotocols and the command line name it: "json", "msgpack".
constexpr std::string_view name_of(serializer format)
{
    return format == serializer::json ? "json" : "msgpack";
}

}  // namespace wampfcgi::devrouter
