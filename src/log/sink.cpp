#include "log/sink.hpp"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

namespace wampfcgi::log {

namespace {

constexpr int full_pipe_patience_ms = 1000;

bool wait_until_writable(int fd) noexcept
{
    pollfd wanted{fd, POLLOUT, 0};
    return poll(&wanted, 1, full_pipe_patience_ms) > 0;
}

std::string line_of(const record& what, line_form form)
{
    return form.format == log_format::json ? json_line(what) : text_line(what, form.stamped);
}

std::string reason(int error)
{
    return std::generic_category().message(error);
}

class standard_error : public sink {
public:
    explicit standard_error(line_form form) : form_(form) {}
    void put(const record& what) override { write_all(STDERR_FILENO, line_of(what, form_)); }

private:
    line_form form_;
};

class file : public sink {
public:
    file(std::string path, line_form form) : path_(std::move(path)), form_(form) {}
    ~file() override
    {
        if (fd_ >= 0)
            ::close(fd_);
    }

    void put(const record& what) override
    {
        if (lost_ == 0 ? write(line_of(what, form_)) : write(about_lost(what) + line_of(what, form_)))
            lost_ = 0;
        else if (++lost_ == 1)
            write_all(STDERR_FILENO, about_loss(what));
    }

    std::optional<std::string> reopen() override
    {
        const int opened = ::open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0640);
        if (opened < 0)
            return path_ + ": the log file cannot be opened: " + reason(errno);
        if (const int old = std::exchange(fd_, opened); old >= 0)
            ::close(old);
        return {};
    }

private:
    bool write(std::string_view lines)
    {
        const std::size_t written = write_all(fd_, lines);
        if (written == lines.size())
            return true;
        why_ = errno;
        torn_ = torn_ || written > 0;
        return false;
    }

    std::string about_loss(const record& what) const
    {
        const std::string text = path_ + ": the log file cannot be written: " + reason(why_) + "; lines are lost";
        return line_of({log_level::error, text, {}, what.time, what.pid}, form_);
    }

    /// Behind the half of a line that may be left of the first that was lost.
    std::string about_lost(const record& what) const
    {
        const std::string text = std::to_string(lost_) + " lines were lost: " + reason(why_);
        return (torn_ ? "\n" : "") + line_of({log_level::warning, text, {}, what.time, what.pid}, form_);
    }

    std::string path_;
    line_form form_;
    int fd_ = -1;
    std::size_t lost_ = 0;  // lines, since one was written
    int why_ = 0;           // errno of the last that was lost
    bool torn_ = false;     // the file ends in the middle of a line of ours
};

class system_log : public sink {
public:
    explicit system_log(line_form form) : form_(form) { ::openlog("wamp-fcgi", LOG_PID | LOG_NDELAY, LOG_DAEMON); }
    ~system_log() override { ::closelog(); }

    void put(const record& what) override { ::syslog(syslog_priority(what.level), "%s", line_of(what, form_).c_str()); }

private:
    line_form form_;
};

class journal : public sink {
public:
    journal(int fd, sockaddr_un to, line_form form) : fd_(fd), to_(to), form_(form) {}
    ~journal() override { ::close(fd_); }

    void put(const record& what) override
    {
        const std::string entry = journal_entry(what, form_.format);
        const auto* to = reinterpret_cast<const sockaddr*>(&to_);
        if (::sendto(fd_, entry.data(), entry.size(), MSG_NOSIGNAL, to, sizeof to_) < 0)
            write_all(STDERR_FILENO, line_of(what, form_));
    }

private:
    int fd_;
    sockaddr_un to_;
    line_form form_;
};

}  // namespace

std::size_t write_all(int fd, std::string_view bytes) noexcept
{
    std::size_t done = 0;
    while (done < bytes.size()) {
        const ssize_t written = ::write(fd, bytes.data() + done, bytes.size() - done);
        if (written >= 0)
            done += static_cast<std::size_t>(written);
        else if (errno == EAGAIN && !wait_until_writable(fd))
            break;
        else if (errno != EINTR && errno != EAGAIN)
            break;
    }
    return done;
}

std::unique_ptr<sink> standard_error_sink(line_form form)
{
    return std::make_unique<standard_error>(form);
}

opened_sink open_file_sink(const std::string& path, line_form form)
{
    auto opened = std::make_unique<file>(path, form);
    if (auto why_not = opened->reopen())
        return *std::move(why_not);
    return opened;
}

std::unique_ptr<sink> syslog_sink(line_form form)
{
    return std::make_unique<system_log>(form);
}

opened_sink open_journal_sink(const std::string& socket_path, line_form form)
{
    sockaddr_un to{};
    to.sun_family = AF_UNIX;
    if (socket_path.size() >= sizeof to.sun_path)
        return "the journal cannot be reached: " + reason(ENAMETOOLONG);
    std::copy(socket_path.begin(), socket_path.end(), to.sun_path);
    const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return "the journal cannot be reached: " + reason(errno);
    // Connecting only looks whether it is there: the address goes with each line, so that a new journald is found.
    if (::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) < 0) {
        const int error = errno;
        ::close(fd);
        return "the journal cannot be reached: " + reason(error);
    }
    const sockaddr nobody{AF_UNSPEC, {}};
    ::connect(fd, &nobody, sizeof nobody);
    const timeval patience{full_pipe_patience_ms / 1000, 0};
    ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    return std::make_unique<journal>(fd, to, form);
}

}  // namespace wampfcgi::log
