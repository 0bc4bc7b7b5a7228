// Owns whole WAMP messages in the JSON serializer: to and from the MessagePack that everything else works with.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace wampfcgi::codec {

/// The JSON text of a WAMP message given as MessagePack; nothing when JSON cannot hold it.
std::optional<std::string> message_to_json(std::string_view message);

/// The MessagePack of a WAMP message given as JSON text; nothing when it is no JSON array. Where only a part of a
/// RESULT or ERROR cannot be held (an integer beyond 64 bits, too deep nesting, an unpaired surrogate), what comes back
/// is the message cut short behind its request id: malformed, but known to be the answer of that call.
std::optional<std::string> message_from_json(std::string_view text);

/// The MessagePack of one JSON value, read as strictly as a request body; nothing when it is none.
std::optional<std::string> value_from_json(std::string_view text);

}  // namespace wampfcgi::codec
