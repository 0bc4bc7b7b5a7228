// Owns where log lines go: a descriptor, a file, syslog(3), the journal. Their form is format's business.
#pragma once

#include "log/format.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <variant>

namespace wampfcgi::log {

/// One destination. Not safe in several threads at once.
class sink {
public:
    sink() = default;
    virtual ~sink() = default;
    sink(const sink&) = delete;
    sink& operator=(const sink&) = delete;

    virtual void put(const record& what) = 0;

    /// Answers why that is not possible; what was open stays open then.
    virtual std::optional<std::string> reopen() { return {}; }
};

/// How lines look, where the destination leaves a choice.
struct line_form {
    log_format format = log_format::text;
    bool stamped = false;
};

using opened_sink = std::variant<std::unique_ptr<sink>, std::string>;

/// With its line feed.
std::string line_of(const record& what, line_form form);

/// What the system calls this error number.
std::string reason(int error);

std::unique_ptr<sink> standard_error_sink(line_form form);

/// Creates the file with mode 0640 where it does not exist, whatever the umask. Takes no link and nothing but a regular
/// file with one name that belongs to the process's user or to root: whoever can write to its folder could have put
/// another file's name there. While it cannot be written, because the disk is full say,
/// standard error has one line about that; afterwards the file has one that says how many were lost.
opened_sink open_file_sink(const std::string& path, line_form form);

std::unique_ptr<sink> syslog_sink(line_form form);

/// Sends datagrams to `socket_path`; a line that cannot be sent goes to standard error.
opened_sink open_journal_sink(const std::string& socket_path, line_form form);

/// Writes all of it, as far as the descriptor takes it within a second: whoever reads the log must not stop the
/// program. Returns how many bytes were written; with fewer than all of them errno says why.
std::size_t write_all(int fd, std::string_view bytes) noexcept;

}  // namespace wampfcgi::log
