// Owns the log: lines with fields, their levels and destinations, and escaping, so that no line can be forged. A leaf:
// it includes only core.
#pragma once

#include "wampfcgi/core/errc.hpp"
#include "wampfcgi/core/settings.hpp"
#include "wampfcgi/core/trouble.hpp"

#include <concepts>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wampfcgi::log {

/// A field of a line: ` key=value` in text, a member in JSON, a field in the journal.
struct field {
    enum class kind { token, outside, number };

    std::string_view key;  ///< lower-case letters, digits and underscores; valid for the life of the program
    std::string value;
    kind what;
};
using fields = std::vector<field>;

/// A value of ours or of the configuration. Not quoted if it is printable ASCII without spaces, quotes and backslashes.
inline field token(std::string_view key, std::string value)
{
    return {key, std::move(value), field::kind::token};
}

/// A value chosen by a client, the web server or the router: always quoted, escaped, and cut at 200 bytes.
inline field outside(std::string_view key, std::string value)
{
    return {key, std::move(value), field::kind::outside};
}

inline field number(std::string_view key, std::integral auto value)
{
    return {key, std::to_string(value), field::kind::number};
}

/// Prepares standard error. Call it before giving up root: another user may not be allowed to reopen root's pipe or
/// terminal, and without reopening, each write takes more system calls.
void prepare() noexcept;

/// The sockets of the log daemons.
struct daemons {
    std::string journal = "/run/systemd/journal/socket";
    std::string syslog = "/dev/log";
};

/// From now on sends lines to `wanted`. Before the first call they go to standard error, as text, at level notice.
/// Changes nothing when the destination cannot be used. If the journal is not there, falls back to standard error, with
/// an error line.
result<void, trouble> configure(const log_settings& wanted, const daemons& sockets = {});

/// Discards lines that the parent process has not written yet. Call it in the child after fork.
void forget_unsaid() noexcept;

/// Reopens the log file, after it may have been renamed. If that fails, the old file stays in use, and a line says so.
/// Not for signal handlers.
void reopen() noexcept;

/// Writes pending summaries of repeated lines. Call it before the process ends.
void finish() noexcept;

/// Drops lines less important than this from now on. configure() sets it too.
void set_threshold(log_level least_important) noexcept;
bool enabled(log_level level) noexcept;

/// True when each request gets a line (`log.access`).
bool wants_access() noexcept;

/// Calls that take longer get a line (`log.slow`); 0: none.
std::chrono::milliseconds slow_limit() noexcept;

/// True when each line begins with the time, or the destination adds it.
bool shows_time() noexcept;

/// The current time as in lines: UTC, "2026-11-22T11:00:00.123Z".
std::string time_now();

/// Writes a line if the threshold allows it. After ten lines of one level with the same `same_as` (default: `text`)
/// within ten seconds, further ones are summed up in one line. Thread-safe; preserves errno. A line that cannot be
/// written at once is lost; the next successful line is preceded by one with the number of lost lines. Control
/// characters, line separators, bidirectional overrides and bytes that are not UTF-8 become \xNN, byte by byte, so
/// `text` always stays one line. Backslashes are kept, so that the escapes of quote() are not escaped twice.
void write(log_level level, std::string_view text, const fields& with = {}, std::string_view same_as = {}) noexcept;

/// Like write(), but ignores the threshold and the limit on repetitions.
void write_always(log_level level, std::string_view text, const fields& with = {}) noexcept;

/// Makes peer text safe inside the text of a line: in double quotes, escaped as in write(), with quotes and backslashes
/// escaped too. Longer text is cut at a character, so that at most 200 bytes stand between the quotes, and "..."
/// follows the closing quote.
std::string quote(std::string_view peer_text);

}  // namespace wampfcgi::log
