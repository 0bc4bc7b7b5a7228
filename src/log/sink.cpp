#include "log/sink.hpp"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <system_error>

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

class standard_error : public sink {
public:
    explicit standard_error(line_form form) : form_(form) {}
    void put(const record& what) override { write_all(STDERR_FILENO, line_of(what, form_)); }

private:
    line_form form_;
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

std::string line_of(const record& what, line_form form)
{
    return form.format == log_format::json ? json_line(what) : text_line(what, form.stamped);
}

std::string reason(int error)
{
    return std::generic_category().message(error);
}

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
