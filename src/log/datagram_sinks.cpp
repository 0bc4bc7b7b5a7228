#include "log/sink.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <ctime>

#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

namespace wampfcgi::log {

namespace {

sockaddr_un address_of(const std::string& path)
{
    sockaddr_un to{};
    to.sun_family = AF_UNIX;
    path.copy(to.sun_path, sizeof to.sun_path - 1);
    return to;
}

int open_socket() noexcept
{
    return ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
}

/// Sends each line as a datagram with the destination address, so that it reaches a daemon that was restarted.
class datagrams : public sink {
public:
    datagrams(int fd, const sockaddr_un& to, line_form form) : sink(form), fd_(fd), to_(to) {}
    ~datagrams() override
    {
        if (fd_ >= 0)
            ::close(fd_);
    }

private:
    virtual std::string datagram(const record& what) const = 0;

    bool write(const record& what) final
    {
        const std::string bytes = datagram(what);
        const auto* to = reinterpret_cast<const sockaddr*>(&to_);
        if (::sendto(fd_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL, to, sizeof to_) >= 0)
            return true;
        return errno != EAGAIN && errno != ENOBUFS && tell_standard_error(what.level, line_of(what));
    }

    int fd_;
    sockaddr_un to_;
};

class system_log : public datagrams {
public:
    using datagrams::datagrams;

private:
    /// The format of syslog(3) (RFC 3164): local time, in English.
    std::string datagram(const record& what) const override
    {
        const std::time_t time = std::chrono::system_clock::to_time_t(what.time);
        std::tm parts{};
        ::localtime_r(&time, &parts);
        std::array<char, 32> stamp{};
        std::strftime(stamp.data(), stamp.size(), "%b %e %H:%M:%S", &parts);
        std::string text = line_of(what);
        text.pop_back();  // a datagram needs no line feed
        return "<" + std::to_string(LOG_DAEMON | syslog_priority(what.level)) + ">" + stamp.data() + " wamp-fcgi[" +
               std::to_string(what.pid) + "]: " + text;
    }

    std::string why_lost() const override { return "syslog did not take them in time"; }
};

class journal : public datagrams {
public:
    using datagrams::datagrams;

private:
    std::string datagram(const record& what) const override { return journal_entry(what, form().format); }
    std::string why_lost() const override { return "the journal did not take them in time"; }
};

trouble cannot_reach_journal(int error)
{
    return {"the journal cannot be reached", error};
}

}  // namespace

std::unique_ptr<sink> syslog_sink(const std::string& socket_path, line_form form)
{
    ::tzset();
    return std::make_unique<system_log>(open_socket(), address_of(socket_path), form);
}

opened_sink open_journal_sink(const std::string& socket_path, line_form form)
{
    if (socket_path.size() >= sizeof sockaddr_un{}.sun_path)
        return cannot_reach_journal(ENAMETOOLONG);
    const sockaddr_un to = address_of(socket_path);
    const int fd = open_socket();
    if (fd < 0)
        return cannot_reach_journal(errno);
    // Connecting only checks that the socket exists; it is undone below.
    if (::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) < 0) {
        const int error = errno;
        ::close(fd);
        return cannot_reach_journal(error);
    }
    const sockaddr nobody{AF_UNSPEC, {}};
    static_cast<void>(::connect(fd, &nobody, sizeof nobody));  // what stays connected can send all the same
    return std::make_unique<journal>(fd, to, form);
}

}  // namespace wampfcgi::log
