// Owns the choice between a whole answer and a stream, as a client states it in Accept.
#pragma once

#include <string_view>

namespace wampfcgi::checks {

/// What an answer can come as. Streams go out piece by piece.
enum class media { json, event_stream, ndjson };

/// What a client wants by `accept` (RFC 9110, 12.5.1; empty: it does not say). A stream has to be named: wildcards ask
/// for none. Where several are named the largest weight decides, then the order. A wildcard only weighs against a
/// stream where it weighs more.
media wanted_media(std::string_view accept);

}  // namespace wampfcgi::checks
