// Owns the form of a log line and where it goes: standard error, one write a line. A leaf: it knows only core.
#pragma once

#include "wampfcgi/core/errc.hpp"

#include <string>
#include <string_view>

namespace wampfcgi::log {

/// Lines less important than this are dropped. Set once at start; notice by default.
void set_threshold(log_level least_important);
bool enabled(log_level level) noexcept;

/// Writes "LEVEL: TEXT" and a line feed to standard error. Control bytes in `text` are escaped: it stays one line.
void write(log_level level, std::string_view text);

/// Text of a peer made fit for a log line: quoted, control bytes, quotes and backslashes escaped, cut at 200 bytes.
std::string quote(std::string_view peer_text);

}  // namespace wampfcgi::log
