// Owns where log lines go: standard error, a file, syslog, the journal. Their form is format's business. None of them
// waits: what cannot be written at once is lost, and counted.
#pragma once

#include "log/format.hpp"
#include "wampfcgi/core/trouble.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace wampfcgi::log {

/// How lines look, where the destination leaves a choice.
struct line_form {
    log_format format = log_format::text;
    bool stamped = false;
};

/// One destination. Not safe in several threads at once.
class sink {
public:
    explicit sink(line_form form) noexcept : form_(form) {}
    virtual ~sink() = default;
    sink(const sink&) = delete;
    sink& operator=(const sink&) = delete;

    /// Writes the line, and before it how many were lost since the last one that could be written.
    void put(const record& what);

    /// Says how many lines were lost, where that is still to be said and can be.
    void finish(const record& at);

    /// Lines were lost by the process that forked this one; it will say so itself.
    void forget() noexcept { lost_ = 0; }

    /// Where that is not possible what was open stays open.
    virtual result<void, trouble> reopen() { return {}; }

protected:
    line_form form() const noexcept { return form_; }

    /// With its line feed.
    std::string line_of(const record& what) const;

private:
    /// False: the line is lost.
    virtual bool write(const record& what) = 0;

    /// Why the last line was lost.
    virtual std::string why_lost() const = 0;

    /// The first of a row of lines was lost.
    virtual void begins_to_lose(const record& what) const;

    bool tell_lost(const record& at);

    line_form form_;
    std::size_t lost_ = 0;  // lines, since one was written
};

using opened_sink = result<std::unique_ptr<sink>, trouble>;

std::unique_ptr<sink> standard_error_sink(line_form form);

/// Creates the file with mode 0640 where it does not exist, whatever the umask. Takes no link and nothing but a regular
/// file with one name that belongs to the process's user or to root: whoever can write to its folder could have put
/// another file's name there. While it cannot be written, because the disk is full say, standard error has one line
/// about that; afterwards the file has one that says how many were lost.
opened_sink open_file_sink(const std::string& path, line_form form);

/// Sends datagrams to `socket_path` in the form of syslog(3). A line that cannot be sent because nobody is there goes
/// to standard error.
std::unique_ptr<sink> syslog_sink(const std::string& socket_path, line_form form);

/// Sends datagrams to `socket_path`; a line that cannot be sent because nobody is there goes to standard error.
opened_sink open_journal_sink(const std::string& socket_path, line_form form);

/// Makes standard error ready for what follows, see outlet::look().
void look_at_standard_error() noexcept;

/// Forgets what is left of a line that the process that forked this one has begun.
void forget_rest_of_standard_error() noexcept;

/// A line of text as it is, or nothing where standard error takes none.
void tell_standard_error(std::string_view line) noexcept;

/// The same with its priority in front where standard error is the journal's. False: it was lost.
bool tell_standard_error(log_level level, const std::string& line);

}  // namespace wampfcgi::log
