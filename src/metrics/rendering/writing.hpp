// Owns the formatting of values that several formats share.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace wampfcgi::metrics {

/// "0.0005", "2.5", "30.0": exact, without an exponent, always with a decimal point, as OpenMetrics requires for bucket
/// bounds.
std::string as_seconds(std::uint64_t microseconds);

/// "2026-03-01T12:00:00Z"
std::string as_iso_time(std::chrono::sys_seconds when);

/// "512 B", "1.5 KiB", ...
std::string as_size(std::uint64_t bytes);

/// "3 d 4 h", "5 min 2 s", "7 s"
std::string as_age(std::chrono::seconds age);

/// "250 us", "2.5 ms", "1.0 s"
std::string as_duration(std::uint64_t microseconds);

/// `text` with characters that would break a line or control a terminal replaced by "?".
std::string printable(std::string_view text);

}  // namespace wampfcgi::metrics
