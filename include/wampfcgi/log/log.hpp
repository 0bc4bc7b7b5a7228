// Owns the form of a log line and where it goes: standard error, one write a line. A leaf: it knows only core.
#pragma once

#include "wampfcgi/core/errc.hpp"

#include <string>
#include <string_view>

namespace wampfcgi::log {

/// Lines less important than this are dropped. Set once at start; notice by default.
void set_threshold(log_level least_important) noexcept;
bool enabled(log_level level) noexcept;

/// "LEVEL: TEXT" and a line feed. Control characters, line separators, bidirectional overrides and bytes that are not
/// UTF-8 are written as \xNN, byte by byte: whatever `text` holds, it stays one line. Backslashes stay as they are, so
/// that quote()'s escapes are not escaped again.
std::string format(log_level level, std::string_view text);

/// Writes format(level, text) to standard error, where the threshold allows it. Safe in any thread; keeps errno. A line
/// that cannot be written is lost in silence.
void write(log_level level, std::string_view text) noexcept;

/// Text of a peer made fit for a log line: in double quotes, escaped as in format(), quotes and backslashes too. What
/// stands between the quotes is at most 200 bytes; where more came, it is cut at a character and "..." follows the
/// closing quote.
std::string quote(std::string_view peer_text);

}  // namespace wampfcgi::log
