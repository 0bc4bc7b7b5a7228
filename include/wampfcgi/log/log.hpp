// Owns what is said in the log: lines with fields, their levels, where they go, and that none can be forged. A leaf: it
// knows only core.
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

/// What a line tells beside its text: ` key=value` in text, a member in JSON, a field of its own in the journal.
struct field {
    enum class kind { token, outside, number };

    std::string_view key;  ///< ours: lower-case letters, digits and underscores; lives as long as the program
    std::string value;
    kind what;
};
using fields = std::vector<field>;

/// A value of ours or of the configuration: bare where it is printable ASCII without spaces, quotes and backslashes.
inline field token(std::string_view key, std::string value)
{
    return {key, std::move(value), field::kind::token};
}

/// A value that a client, the web server or the router chose: always quoted, escaped, and cut at 200 bytes.
inline field outside(std::string_view key, std::string value)
{
    return {key, std::move(value), field::kind::outside};
}

inline field number(std::string_view key, std::integral auto value)
{
    return {key, std::to_string(value), field::kind::number};
}

/// Makes standard error ready. To be called before root is given up: another user may not be allowed to open a pipe or
/// a terminal of root's once more, and writing to it takes more system calls then.
void prepare() noexcept;

/// Where the daemons listen that take lines.
struct daemons {
    std::string journal = "/run/systemd/journal/socket";
    std::string syslog = "/dev/log";
};

/// Sends the lines where `wanted` says, from now on; standard error in text at notice before. Changes
/// nothing where the destination cannot be used. A journal that is not there is replaced by standard error, with an
/// error line.
result<void, trouble> configure(const log_settings& wanted, const daemons& sockets = {});

/// Forgets what the process that forked this one has still to say. For the child.
void forget_unsaid() noexcept;

/// Opens the log file again, for it may have been renamed. Where that fails the old one stays in use, and says so. Not
/// for signal handlers.
void reopen() noexcept;

/// Writes what is still to be said about repeated lines. To be called before the process ends.
void finish() noexcept;

/// Lines less important than this are dropped; configure() sets it too.
void set_threshold(log_level least_important) noexcept;
bool enabled(log_level level) noexcept;

/// A line for each request is wanted (`log.access`).
bool wants_access() noexcept;

/// A line for each call that took longer is wanted (`log.slow`); 0: none.
std::chrono::milliseconds slow_limit() noexcept;

/// Each line begins with the time, or is given one by its destination.
bool shows_time() noexcept;

/// The time as lines show it: UTC, "2026-11-22T11:00:00.123Z".
std::string time_now();

/// Writes a line where the threshold allows it. More than ten lines of one level with the same `same_as` (`text` where
/// that is empty) within ten seconds are summed up in one. Safe in any thread; keeps errno. A line that cannot be
/// written at once is lost; the next one that can be is preceded by one that says how many were. Control characters,
/// line separators, bidirectional overrides and bytes that are not UTF-8 become \xNN, byte by byte: whatever `text`
/// holds, it stays one line. Backslashes stay as they are, so that quote()'s escapes are not escaped again.
void write(log_level level, std::string_view text, const fields& with = {}, std::string_view same_as = {}) noexcept;

/// As write(), but whatever the threshold and however often.
void write_always(log_level level, std::string_view text, const fields& with = {}) noexcept;

/// Text of a peer made fit for the text of a line: in double quotes, escaped as in write(), quotes and backslashes too.
/// What stands between the quotes is at most 200 bytes; where more came, it is cut at a character and "..." follows the
/// closing quote.
std::string quote(std::string_view peer_text);

}  // namespace wampfcgi::log
