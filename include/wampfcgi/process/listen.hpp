// Owns listening sockets: parses their addresses, opens them, and removes a Unix socket's path at the end. fcgi/
// accepts connections.
#pragma once

#include "wampfcgi/core/trouble.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <variant>

namespace wampfcgi::process {

/// A Unix stream socket.
struct unix_address {
    std::string path;

    friend bool operator==(const unix_address&, const unix_address&) = default;
};

/// A TCP socket.
struct tcp_address {
    std::string host;        ///< name or address; IPv6 without brackets
    std::uint16_t port = 0;  ///< 0: the system picks one

    friend bool operator==(const tcp_address&, const tcp_address&) = default;
};

using listen_address = std::variant<unix_address, tcp_address>;

/// Parses "unix:PATH", "HOST:PORT" or "[IPV6]:PORT".
result<listen_address, trouble> parse_listen_address(std::string_view text);

/// An open listening socket; owns the descriptor. Destroying it does not remove a Unix socket's path: forked processes
/// share the socket, and only one of them may remove it.
class listener {
public:
    /// Takes ownership of `fd`. `path` is that of a Unix socket, else empty.
    listener(int fd, std::string path) noexcept;
    listener(listener&& other) noexcept;
    listener& operator=(listener&& other) noexcept;
    ~listener();

    /// Blocking, close-on-exec.
    int fd() const noexcept { return fd_; }

    /// Removes a Unix socket's path if it still belongs to this socket; does nothing for TCP. Call it at the end of the
    /// process that opened the socket.
    void remove_socket() noexcept;

private:
    int fd_ = -1;
    std::string path_;
    dev_t device_ = 0;
    ino_t inode_ = 0;
};

/// Who may connect to a Unix socket.
struct socket_access {
    mode_t mode = 0660;  ///< independent of the umask
    std::optional<uid_t> owner;
    std::optional<gid_t> group;  ///< absent: the process's group
};

/// Opens, binds and listens (backlog 1024).
/// - Unix: mode, owner and group are set before anybody can connect. Replaces the socket of a process that has ended;
///   fails, and changes nothing, for a socket in use or any other file. When several processes open the same path at
///   once, at most one succeeds: each creates the file PATH.lock meanwhile. Changes the umask for a moment, so call it
///   before starting threads.
/// - TCP: a name may have several addresses; takes the first that this machine has. IPv6 sockets accept no IPv4.
result<listener, trouble> open_listener(const listen_address& address, const socket_access& access = {});

/// The address of socket `fd`: "unix:/run/x.sock", "127.0.0.1:9000" or "[::1]:9000"; "descriptor N" when it has none. A
/// path is unescaped: the log escapes it.
std::string describe(int fd);

}  // namespace wampfcgi::process
