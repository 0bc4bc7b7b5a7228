// Owns the choices that a client makes with Accept: a complete answer or a stream, and the format of figures.
#pragma once

#include "wampfcgi/core/figures.hpp"

#include <string_view>

namespace wampfcgi::checks {

/// The forms of an answer. The last two are streams, sent piece by piece.
enum class media { json, event_stream, ndjson };

/// What a client wants according to `accept` (RFC 9110, 12.5.1; empty: no preference). A stream must be named; a
/// wildcard does not ask for one. Among named types the larger weight wins, then the first. A wildcard with a larger
/// weight than a stream means json.
media wanted_media(std::string_view accept);

/// The format of figures that a client wants: the named one with the largest weight, then the first; text when none is
/// named. Prometheus names its text format by a version: "text/plain;version=0.0.4".
figures_format wanted_figures(std::string_view accept);

}  // namespace wampfcgi::checks
