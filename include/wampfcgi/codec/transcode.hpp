// Owns the conversion of complete WAMP messages between JSON and MessagePack, which all other code uses.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace wampfcgi::codec {

/// The JSON text of a WAMP message in MessagePack; nothing when JSON cannot represent it.
std::optional<std::string> message_to_json(std::string_view message);

/// A WAMP message parsed from JSON text.
struct json_message {
    std::string bytes;  ///< MessagePack; empty: not a message
    std::string fault;  ///< what cannot be read, and at which byte of the text; empty: nothing
};

/// Parses a WAMP message from a router. An integer beyond 64 bits becomes a double, as nexus and XConn intend. When
/// part of a RESULT or ERROR cannot be represented (nested too deep, an unpaired surrogate, NaN), the message is cut
/// after its request id: malformed, but still assignable to its call.
json_message message_from_json(std::string_view text);

/// The MessagePack of one JSON value, parsed as strictly as a request body; nothing when it is invalid.
std::optional<std::string> value_from_json(std::string_view text);

}  // namespace wampfcgi::codec
