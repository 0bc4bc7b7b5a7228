// Owns the forms of a log line: text, JSON, and what the journal takes. Where it goes is sink's business.
#pragma once

#include "wampfcgi/log/log.hpp"

#include <chrono>
#include <string>
#include <string_view>

#include <sys/types.h>

namespace wampfcgi::log {

/// All that a line is made of.
struct record {
    log_level level;
    std::string_view text;
    const fields& with;
    std::chrono::sys_time<std::chrono::milliseconds> time;
    pid_t pid;
};

/// "2026-11-22T11:00:00.123Z"
std::string format_time(std::chrono::sys_time<std::chrono::milliseconds> time);

/// "LEVEL: TEXT key=value" and a line feed; with "TIME [PID] " before it where `stamped`.
std::string text_line(const record& what, bool stamped);

/// A JSON object with the members time, level, pid, message and one for each field, and a line feed.
std::string json_line(const record& what);

/// A datagram in the journal's native protocol. Its MESSAGE is that of the text form without the level, or the JSON.
std::string journal_entry(const record& what, log_format format);

/// As syslog(3) numbers it.
int syslog_priority(log_level level) noexcept;

}  // namespace wampfcgi::log
