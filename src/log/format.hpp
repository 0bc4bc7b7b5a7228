// Owns the formats of a log line: text, JSON, journal. sink writes it to a destination.
#pragma once

#include "wampfcgi/log/log.hpp"

#include <chrono>
#include <string>
#include <string_view>

#include <sys/types.h>

namespace wampfcgi::log {

/// The content of a line.
struct record {
    log_level level;
    std::string_view text;
    const fields& with;
    std::chrono::sys_time<std::chrono::milliseconds> time;
    pid_t pid;
};

/// "2026-11-22T11:00:00.123Z"
std::string format_time(std::chrono::sys_time<std::chrono::milliseconds> time);

/// "LEVEL: TEXT key=value" and a line feed; if `stamped`, preceded by "TIME [PID] ".
std::string text_line(const record& what, bool stamped);

/// A JSON object with the members time, level, pid, message and one for each field, followed by a line feed.
std::string json_line(const record& what);

/// A datagram in the journal's native protocol. Its MESSAGE is the text line without the level, or the JSON.
std::string journal_entry(const record& what, log_format format);

/// The priority number of syslog(3).
int syslog_priority(log_level level) noexcept;

}  // namespace wampfcgi::log
