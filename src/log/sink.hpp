// Owns the destinations of log lines: standard error, a file, syslog, the journal. format renders the lines. No
// destination waits: a line that cannot be written at once is lost, and counted.
#pragma once

#include "log/format.hpp"
#include "wampfcgi/core/trouble.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace wampfcgi::log {

/// The format of lines, for destinations with a choice.
struct line_form {
    log_format format = log_format::text;
    bool stamped = false;
};

/// One destination. Not thread-safe.
class sink {
public:
    explicit sink(line_form form) noexcept : form_(form) {}
    virtual ~sink() = default;
    sink(const sink&) = delete;
    sink& operator=(const sink&) = delete;

    /// Writes the line, preceded by the number of lines lost since the last successful one.
    void put(const record& what);

    /// Reports lost lines that were not reported yet, if possible.
    void finish(const record& at);

    /// Forgets the parent process's lost lines, which the parent reports itself.
    void forget() noexcept { lost_ = 0; }

    /// If reopening fails, the old file stays open.
    virtual result<void, trouble> reopen() { return {}; }

protected:
    line_form form() const noexcept { return form_; }

    /// Includes the line feed.
    std::string line_of(const record& what) const;

private:
    /// Returns false when the line is lost.
    virtual bool write(const record& what) = 0;

    /// Why the last line was lost.
    virtual std::string why_lost() const = 0;

    /// The first line was lost after a successful one.
    virtual void begins_to_lose(const record& what) const;

    bool tell_lost(const record& at);

    line_form form_;
    std::size_t lost_ = 0;  // lines lost since one was written
};

using opened_sink = result<std::unique_ptr<sink>, trouble>;

std::unique_ptr<sink> standard_error_sink(line_form form);

/// Creates a missing file with mode 0640, independent of the umask. Accepts only a regular file without further links
/// that belongs to the process's user or to root: a user who can write to the folder could have linked another file
/// there. When the file cannot be written, for example because the disk is full, reports that once on standard error;
/// the next line in the file is preceded by the number of lost lines.
opened_sink open_file_sink(const std::string& path, line_form form);

/// Sends datagrams in the format of syslog(3) to `socket_path`. Without a listener, the line goes to standard error.
std::unique_ptr<sink> syslog_sink(const std::string& socket_path, line_form form);

/// Sends datagrams to `socket_path`. Without a listener, the line goes to standard error.
opened_sink open_journal_sink(const std::string& socket_path, line_form form);

/// Prepares standard error; see outlet::look().
void look_at_standard_error() noexcept;

/// Discards the rest of a line that the parent process has begun.
void forget_rest_of_standard_error() noexcept;

/// Writes a line of text unchanged. Does nothing when standard error does not accept it.
void tell_standard_error(std::string_view line) noexcept;

/// The same, with its priority first if standard error is the journal's stream. Returns false when the line is lost.
bool tell_standard_error(log_level level, const std::string& line);

}  // namespace wampfcgi::log
