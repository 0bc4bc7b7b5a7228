#include "process/notify.hpp"

#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <system_error>

namespace wampfcgi::process {

namespace {

std::string_view manager_variable(const char* name) noexcept
{
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

std::optional<long long> number_in(const char* name) noexcept
{
    const std::string_view text = manager_variable(name);
    long long number = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || stop != text.data() + text.size())
        return {};
    return number;
}

/// A datagram socket connected to a path, or to an abstract address if `where` begins with '@'.
descriptor connected_to(std::string_view where) noexcept
{
    sockaddr_un address{};
    if (where.size() < 2 || where.size() >= sizeof address.sun_path || (where[0] != '/' && where[0] != '@'))
        return descriptor();
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, where.data(), where.size());
    if (where[0] == '@')
        address.sun_path[0] = '\0';
    descriptor found(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + where.size());
    if (found.get() >= 0 && connect(found.get(), reinterpret_cast<const sockaddr*>(&address), length) != 0)
        found.reset();
    return found;
}

std::optional<std::chrono::microseconds> watchdog_interval() noexcept
{
    const auto waits = number_in("WATCHDOG_USEC");
    const auto whom = number_in("WATCHDOG_PID");
    if (!waits || *waits < 2 || (whom && *whom != getpid()))
        return {};
    return std::chrono::microseconds{*waits / 2};
}

}  // namespace

notifier::notifier() noexcept : socket_(connected_to(manager_variable("NOTIFY_SOCKET")))
{
    if (socket_.get() >= 0)
        interval_ = watchdog_interval();
}

void notifier::reloading() const noexcept
{
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    const long long micros = static_cast<long long>(now.tv_sec) * 1'000'000 + now.tv_nsec / 1'000;
    send("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(micros));
}

void notifier::status(std::string_view line) const noexcept
{
    send("STATUS=" + std::string(line));
}

// Never waits: a service manager that does not read must not block the supervisor.
void notifier::send(std::string_view state) const noexcept
{
    if (socket_.get() >= 0)
        ::send(socket_.get(), state.data(), state.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

}  // namespace wampfcgi::process
