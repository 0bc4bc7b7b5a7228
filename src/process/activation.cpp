#include "wampfcgi/process/activation.hpp"

#include <cstdlib>
#include <fcntl.h>
#include <string>
#include <sys/socket.h>
#include <unistd.h>

namespace wampfcgi::process {

namespace {

constexpr int first_passed_fd = 3;

std::string environment(const char* name)
{
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

bool is_listening_stream(int fd) noexcept
{
    int listening = 0;
    int type = 0;
    socklen_t length = sizeof listening;
    if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &length) != 0 || listening == 0)
        return false;
    length = sizeof type;
    return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) == 0 && type == SOCK_STREAM;
}

}  // namespace

bool sockets_are_passed() noexcept
{
    const char* const pid = std::getenv("LISTEN_PID");
    return pid != nullptr && std::getenv("LISTEN_FDS") != nullptr && pid == std::to_string(getpid());
}

result<listener, trouble> take_passed_socket()
{
    const std::string count = environment("LISTEN_FDS");
    for (const char* name : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"})
        unsetenv(name);
    if (count != "1")
        return trouble("expected one socket from systemd, got " + count);
    if (!is_listening_stream(first_passed_fd))
        return trouble("expected a listening stream socket from systemd as descriptor 3");
    fcntl(first_passed_fd, F_SETFD, FD_CLOEXEC);
    return listener(first_passed_fd, {});
}

}  // namespace wampfcgi::process
