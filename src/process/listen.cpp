#include "wampfcgi/process/listen.hpp"

#include "wampfcgi/core/descriptor.hpp"
#include "wampfcgi/core/text/authority.hpp"
#include "wampfcgi/log/log.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <memory>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace wampfcgi::process {

namespace {

constexpr int backlog = 1024;
constexpr std::size_t longest_path = sizeof(sockaddr_un::sun_path) - 1;

using done = result<void, trouble>;

trouble cannot_listen(const std::string& where, const std::string& why)
{
    return trouble("cannot listen on " + log::quote(where) + ": " + why);
}

class umask_guard {
public:
    explicit umask_guard(mode_t mask) noexcept : before_(umask(mask)) {}
    ~umask_guard() { umask(before_); }
    umask_guard(const umask_guard&) = delete;
    umask_guard& operator=(const umask_guard&) = delete;

private:
    mode_t before_;
};

/// `path` must fit.
sockaddr_un unix_sockaddr(const std::string& path) noexcept
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());
    return address;
}

const sockaddr* generic(const sockaddr_un& address) noexcept
{
    return reinterpret_cast<const sockaddr*>(&address);
}

/// Held while this process examines a path and binds there. Otherwise two processes that find the same abandoned socket
/// would both replace it, and a socket between bind and listen would look abandoned. Uses a lock on a file beside the
/// path, removed at the end.
class path_lock {
public:
    explicit path_lock(const std::string& path) : file_(path + ".lock") {}
    path_lock(const path_lock&) = delete;
    path_lock& operator=(const path_lock&) = delete;
    ~path_lock()
    {
        if (fd_ >= 0)
            unlink(file_.c_str());  // before others get the lock: they check that the file is still in its place
        release();
    }

    /// Returns 0, or the errno of the failure; EWOULDBLOCK: another process holds the lock.
    int take() noexcept
    {
        for (;;) {
            fd_ = open(file_.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
            if (fd_ < 0)
                return errno;
            const int error_number = flock(fd_, LOCK_EX | LOCK_NB) == 0 ? 0 : errno;
            if (error_number == 0 && is_in_place())
                return 0;
            release();
            if (error_number != 0)
                return error_number;
        }
    }

private:
    bool is_in_place() const noexcept
    {
        struct stat held {};
        struct stat there {};
        return fstat(fd_, &held) == 0 && lstat(file_.c_str(), &there) == 0 && held.st_dev == there.st_dev &&
               held.st_ino == there.st_ino;
    }

    void release() noexcept
    {
        if (fd_ >= 0)
            close(fd_);
        fd_ = -1;
    }

    std::string file_;
    int fd_ = -1;
};

std::string why_not_locked(const std::string& path, int error_number)
{
    if (error_number == EWOULDBLOCK)
        return "another process is just starting to listen there";
    const auto folder = std::filesystem::path(path).parent_path();
    std::error_code ignored;
    if (error_number == ENOENT && !std::filesystem::exists(folder, ignored))
        return "the folder does not exist (mkdir -p " + log::quote(folder.string()) + ')';
    return "cannot open " + log::quote(path + ".lock") + ": " + system_words(error_number);
}

/// Removes an abandoned socket at the path, and nothing else. The trouble says what prevents creating a new one.
done clear_path(const std::string& path)
{
    struct stat there {};
    if (lstat(path.c_str(), &there) != 0)
        return errno == ENOENT ? done() : trouble(system_words(errno));
    if (!S_ISSOCK(there.st_mode))
        return trouble("it exists and is not a socket (remove it, or choose another path)");

    const descriptor probe(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (probe.get() < 0)
        return trouble(system_words(errno));
    const sockaddr_un address = unix_sockaddr(path);
    const bool connected = connect(probe.get(), generic(address), sizeof address) == 0;
    if (connected || errno == EAGAIN)  // EAGAIN: the other's backlog is full
        return trouble("it is in use by another process");
    if (errno != ECONNREFUSED)
        return trouble("cannot find out whether the socket there is in use", errno);
    if (unlink(path.c_str()) != 0 && errno != ENOENT)
        return trouble("cannot remove the stale socket there", errno);
    return {};
}

/// Fails with errno; the socket is then not in the file system.
bool bind_with_access(int fd, const std::string& path, const socket_access& access) noexcept
{
    const sockaddr_un address = unix_sockaddr(path);
    {
        const umask_guard mask(0777 & ~access.mode);
        if (bind(fd, generic(address), sizeof address) != 0)
            return false;
    }
    constexpr auto unchanged = static_cast<uid_t>(-1);
    if (!access.owner && !access.group)
        return true;
    if (lchown(path.c_str(), access.owner.value_or(unchanged), access.group.value_or(unchanged)) == 0)
        return true;
    const int error_number = errno;
    unlink(path.c_str());
    errno = error_number;
    return false;
}

result<listener, trouble> open_unix(const unix_address& wanted, const socket_access& access)
{
    const std::string& path = wanted.path;
    if (path.size() > longest_path)
        return cannot_listen(path, "the path is longer than " + std::to_string(longest_path) + " bytes");
    path_lock lock(path);
    if (const int error_number = lock.take(); error_number != 0)
        return cannot_listen(path, why_not_locked(path, error_number));
    if (const auto cleared = clear_path(path); !cleared)
        return cannot_listen(path, cleared.error().text);

    descriptor fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (fd.get() < 0)
        return cannot_listen(path, system_words(errno));
    if (!bind_with_access(fd.get(), path, access))
        return cannot_listen(path, system_words(errno));
    listener bound(fd.release(), path);
    if (listen(bound.fd(), backlog) != 0) {
        const int error_number = errno;
        bound.remove_socket();
        return cannot_listen(path, system_words(error_number));
    }
    return bound;
}

/// Opens a socket at one of a name's addresses; returns -1 and sets errno on failure.
int open_tcp_at(const addrinfo& at) noexcept
{
    descriptor fd(socket(at.ai_family, at.ai_socktype | SOCK_CLOEXEC, at.ai_protocol));
    if (fd.get() < 0)
        return -1;
    const int on = 1;
    if (setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0)
        return -1;
    if (at.ai_family == AF_INET6 && setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on) != 0)
        return -1;
    if (bind(fd.get(), at.ai_addr, at.ai_addrlen) != 0 || listen(fd.get(), backlog) != 0)
        return -1;
    return fd.release();
}

result<listener, trouble> open_tcp(const tcp_address& wanted)
{
    const std::string port = std::to_string(wanted.port);
    const std::string where = bracketed(wanted.host) + ":" + port;
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
    addrinfo* found = nullptr;
    const int failed = getaddrinfo(wanted.host.c_str(), port.c_str(), &hints, &found);
    if (failed != 0)
        return cannot_listen(where, failed == EAI_SYSTEM ? system_words(errno) : gai_strerror(failed));
    const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, freeaddrinfo);

    for (const addrinfo* at = found; at != nullptr; at = at->ai_next) {
        const int fd = open_tcp_at(*at);
        if (fd >= 0)
            return listener(fd, {});
        // Try the name's next address only when this machine does not have this one; a port in use is an error.
        if (errno != EAFNOSUPPORT && errno != EADDRNOTAVAIL)
            break;
    }
    return cannot_listen(where, errno == EADDRINUSE ? "it is in use by another process" : system_words(errno));
}

std::string describe_unix(const sockaddr_storage& storage, socklen_t length)
{
    sockaddr_un address{};
    std::memcpy(&address, &storage, sizeof address);
    const std::size_t bytes = length - std::min<std::size_t>(length, offsetof(sockaddr_un, sun_path));
    if (bytes > 0 && address.sun_path[0] == '\0')
        return "unix:@" + std::string(address.sun_path + 1, bytes - 1);
    return "unix:" + std::string(address.sun_path, strnlen(address.sun_path, bytes));
}

}  // namespace

listener::listener(int fd, std::string path) noexcept : fd_(fd), path_(std::move(path))
{
    struct stat bound {};
    if (path_.empty() || lstat(path_.c_str(), &bound) != 0)
        return;
    device_ = bound.st_dev;
    inode_ = bound.st_ino;
}

listener::listener(listener&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      path_(std::move(other.path_)),
      device_(other.device_),
      inode_(other.inode_)
{
    other.path_.clear();
}

listener& listener::operator=(listener&& other) noexcept
{
    std::swap(fd_, other.fd_);
    std::swap(path_, other.path_);
    std::swap(device_, other.device_);
    std::swap(inode_, other.inode_);
    return *this;
}

listener::~listener()
{
    if (fd_ >= 0)
        close(fd_);
}

void listener::remove_socket() noexcept
{
    struct stat there {};
    if (path_.empty() || lstat(path_.c_str(), &there) != 0)
        return;
    if (S_ISSOCK(there.st_mode) && there.st_dev == device_ && there.st_ino == inode_)
        unlink(path_.c_str());
    path_.clear();
}

result<listener, trouble> open_listener(const listen_address& address, const socket_access& access)
{
    if (const auto* on_path = std::get_if<unix_address>(&address))
        return open_unix(*on_path, access);
    return open_tcp(std::get<tcp_address>(address));
}

std::string describe(int fd)
{
    sockaddr_storage storage{};
    socklen_t length = sizeof storage;
    auto* address = reinterpret_cast<sockaddr*>(&storage);
    if (getsockname(fd, address, &length) != 0)
        return "descriptor " + std::to_string(fd);
    if (storage.ss_family == AF_UNIX)
        return describe_unix(storage, length);

    std::array<char, NI_MAXHOST> host{};
    std::array<char, NI_MAXSERV> port{};
    if (getnameinfo(address, length, host.data(), host.size(), port.data(), port.size(),
                    NI_NUMERICHOST | NI_NUMERICSERV) != 0)
        return "descriptor " + std::to_string(fd);
    return bracketed(host.data()) + ":" + port.data();
}

}  // namespace wampfcgi::process
