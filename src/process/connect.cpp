#include "wampfcgi/process/connect.hpp"

#include "wampfcgi/core/text/authority.hpp"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>

namespace wampfcgi::process {
namespace {

using time_point = std::chrono::steady_clock::time_point;

int milliseconds_until(time_point deadline)
{
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    return static_cast<int>(std::max<std::int64_t>(left.count(), 0));
}

/// Returns 0, or the errno of the failure.
int finish_connecting(int fd, time_point deadline)
{
    pollfd state{fd, POLLOUT, 0};
    int ready = -1;
    do
        ready = ::poll(&state, 1, milliseconds_until(deadline));
    while (ready < 0 && errno == EINTR);
    if (ready == 0)
        return ETIMEDOUT;
    int error_number = 0;
    socklen_t size = sizeof error_number;
    return ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error_number, &size) == 0 ? error_number : errno;
}

/// A Unix socket with a full backlog returns EAGAIN; the only way to wait is to retry.
int try_to_connect(int fd, const sockaddr* address, socklen_t size, time_point deadline)
{
    constexpr int try_again_ms = 20;
    while (::connect(fd, address, size) != 0) {
        if (errno == EINPROGRESS)
            return finish_connecting(fd, deadline);
        if (errno != EAGAIN && errno != EINTR)
            return errno;
        if (milliseconds_until(deadline) == 0)
            return ETIMEDOUT;
        ::poll(nullptr, 0, std::min(try_again_ms, milliseconds_until(deadline)));
    }
    return 0;
}

result<descriptor, trouble> connect_socket(int family, const sockaddr* address, socklen_t size, time_point deadline)
{
    descriptor made(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    const int error_number = made.get() < 0 ? errno : try_to_connect(made.get(), address, size, deadline);
    if (error_number != 0)
        return trouble(system_words(error_number));
    return made;
}

struct connector {
    time_point deadline;

    result<descriptor, trouble> operator()(const unix_address& to) const
    {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        if (to.path.size() >= sizeof address.sun_path)
            return trouble("the path is too long for a socket");
        std::memcpy(address.sun_path, to.path.data(), to.path.size());
        return connect_socket(AF_UNIX, reinterpret_cast<const sockaddr*>(&address), sizeof address, deadline);
    }

    result<descriptor, trouble> operator()(const tcp_address& to) const
    {
        addrinfo hints{};
        hints.ai_socktype = SOCK_STREAM;
        addrinfo* found = nullptr;
        const int failed = ::getaddrinfo(to.host.c_str(), std::to_string(to.port).c_str(), &hints, &found);
        if (failed != 0)
            return trouble(::gai_strerror(failed));
        const std::unique_ptr<addrinfo, void (*)(addrinfo*)> all(found, ::freeaddrinfo);
        result<descriptor, trouble> last = trouble("no address");
        for (const addrinfo* each = found; each != nullptr && !last; each = each->ai_next)
            last = connect_socket(each->ai_family, each->ai_addr, each->ai_addrlen, deadline);
        return last;
    }
};

}  // namespace

result<descriptor, trouble> connect_to(const listen_address& address, time_point deadline)
{
    return std::visit(connector{deadline}, address);
}

std::string describe(const listen_address& address)
{
    if (const auto* const at = std::get_if<unix_address>(&address))
        return "unix:" + at->path;
    const auto& at = std::get<tcp_address>(address);
    return bracketed(at.host) + ":" + std::to_string(at.port);
}

}  // namespace wampfcgi::process
