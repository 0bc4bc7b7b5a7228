// Owns whole WAMP messages in the JSON serializer: to and from the MessagePack that everything else works with.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace wampfcgi::codec {

/// The JSON text of a WAMP message given as MessagePack; nothing when JSON cannot hold it.
std::optional<std::string> message_to_json(std::string_view message);

/// What came of a WAMP message in JSON text.
struct json_message {
    std::string bytes;  ///< MessagePack; empty: it is no message
    std::string fault;  ///< what cannot be read in it, and at which byte of the text; empty: nothing
};

/// Reads a WAMP message from a router. An integer beyond 64 bits becomes a double, as nexus and XConn mean it. Where a
/// part of a RESULT or ERROR cannot be held (too deep nesting, an unpaired surrogate, NaN), what comes back is the
/// message cut short behind its request id: malformed, but known to be the answer of that call.
json_message message_from_json(std::string_view text);

/// The MessagePack of one JSON value, read as strictly as a request body; nothing when it is none.
std::optional<std::string> value_from_json(std::string_view text);

}  // namespace wampfcgi::codec
