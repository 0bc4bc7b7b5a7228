// Owns the choices that a client states in Accept: between a whole answer and a stream, and among forms of figures.
#pragma once

#include "wampfcgi/core/figures.hpp"

#include <string_view>

namespace wampfcgi::checks {

/// What an answer can come as. Streams go out piece by piece.
enum class media { json, event_stream, ndjson };

/// What a client wants by `accept` (RFC 9110, 12.5.1; empty: it does not say). A stream has to be named: wildcards ask
/// for none. Where several are named the largest weight decides, then the order. A wildcard only weighs against a
/// stream where it weighs more.
media wanted_media(std::string_view accept);

/// In which form a client wants figures: of those that it names the one with the largest weight, then the first; text
/// where it names none. Prometheus names its text by a version: "text/plain;version=0.0.4".
figures_format wanted_figures(std::string_view accept);

}  // namespace wampfcgi::checks
