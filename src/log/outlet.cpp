#include "log/outlet.hpp"

#include <array>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

namespace wampfcgi::log {

namespace {

constexpr suseconds_t moment_us = 5000;

void interrupt(int) {}

/// While it exists, a blocking system call of this thread is interrupted repeatedly. Asio's threads, the only others of
/// the program, block all signals.
class interruption {
public:
    interruption() noexcept
    {
        struct sigaction wanted {};
        wanted.sa_handler = interrupt;  // without SA_RESTART
        ::sigaction(SIGALRM, &wanted, &action_before_);
        sigset_t alarm;
        sigemptyset(&alarm);
        sigaddset(&alarm, SIGALRM);
        ::pthread_sigmask(SIG_UNBLOCK, &alarm, &mask_before_);
        const itimerval soon{{0, moment_us}, {0, moment_us}};
        ::setitimer(ITIMER_REAL, &soon, nullptr);
    }
    ~interruption()
    {
        const int saved_errno = errno;
        const itimerval never{};
        ::setitimer(ITIMER_REAL, &never, nullptr);
        ::pthread_sigmask(SIG_SETMASK, &mask_before_, nullptr);
        ::sigaction(SIGALRM, &action_before_, nullptr);
        errno = saved_errno;
    }
    interruption(const interruption&) = delete;
    interruption& operator=(const interruption&) = delete;

private:
    struct sigaction action_before_ {};
    sigset_t mask_before_{};
};

bool takes_bytes(int fd) noexcept
{
    pollfd wanted{fd, POLLOUT, 0};
    return ::poll(&wanted, 1, 0) > 0;
}

ssize_t write_guarded(int fd, std::string_view bytes) noexcept
{
    if (takes_bytes(fd))
        return write_for_a_moment(fd, bytes);
    errno = EAGAIN;
    return -1;
}

/// Compares with JOURNAL_STREAM of the environment (systemd.exec(5)).
bool is_stream_of_journal(const struct stat& found) noexcept
{
    std::array<char, 64> name{};
    std::snprintf(name.data(), name.size(), "%ju:%ju", std::uintmax_t{found.st_dev}, std::uintmax_t{found.st_ino});
    const char* const stream = std::getenv("JOURNAL_STREAM");
    return stream != nullptr && std::string_view(stream) == name.data();
}

}  // namespace

outlet::~outlet()
{
    close_own();
}

void outlet::close_own() noexcept
{
    if (own_ >= 0)
        ::close(own_);
    own_ = -1;
}

bool outlet::open_own() noexcept
{
    own_ = ::open(path_, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    struct stat found {};
    if (own_ >= 0 && ::fstat(own_, &found) == 0 && identity{found.st_dev, found.st_ino} == known_)
        return true;
    close_own();
    return false;
}

void outlet::look() noexcept
{
    struct stat found {};
    if (::fstat(fd_, &found) != 0) {
        way_ = way::none;
        known_ = {};
        return close_own();
    }
    if (way_ != way::none && identity{found.st_dev, found.st_ino} == known_)
        return;
    close_own();
    rest_.clear();
    known_ = {found.st_dev, found.st_ino};
    is_journal_ = is_stream_of_journal(found);
    if (S_ISREG(found.st_mode))
        way_ = way::file;
    else if (S_ISSOCK(found.st_mode))
        way_ = way::socket;
    else
        way_ = open_own() ? way::own : way::guarded;
}

ssize_t outlet::write_once(std::string_view bytes) const noexcept
{
    switch (way_) {
    case way::file:
        return ::write(fd_, bytes.data(), bytes.size());
    case way::socket:
        return ::send(fd_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    case way::own:
        return ::write(own_, bytes.data(), bytes.size());
    case way::guarded:
        return write_guarded(fd_, bytes);
    case way::none:
        break;
    }
    return -1;
}

/// Returns the bytes not written. A pipe accepts up to PIPE_BUF bytes completely or not at all.
std::string_view outlet::written_from(std::string_view bytes) const noexcept
{
    while (!bytes.empty()) {
        const ssize_t written = write_once(bytes.substr(0, PIPE_BUF));
        if (written <= 0)
            break;
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return bytes;
}

bool outlet::put(std::string_view line)
{
    look();
    rest_.erase(0, rest_.size() - written_from(rest_).size());
    if (!rest_.empty())
        return false;
    const std::string_view left = written_from(line);
    if (left.size() == line.size())
        return false;
    rest_ = left;
    return true;
}

ssize_t write_for_a_moment(int fd, std::string_view bytes) noexcept
{
    const interruption limit;
    return ::write(fd, bytes.data(), bytes.size());
}

}  // namespace wampfcgi::log
