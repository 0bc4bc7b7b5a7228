// Owns listening sockets: their addresses in text, opening them, and removing a Unix socket afterwards.
// Accepting on them is fcgi/'s business.
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
    std::uint16_t port = 0;  ///< 0: one that the system picks

    friend bool operator==(const tcp_address&, const tcp_address&) = default;
};

using listen_address = std::variant<unix_address, tcp_address>;

/// Reads "unix:PATH", "HOST:PORT" or "[IPV6]:PORT".
result<listen_address, trouble> parse_listen_address(std::string_view text);

/// An open listening socket; owns the descriptor. Its Unix socket stays in the file system when it is destroyed:
/// processes that were forked share it, and only one of them may remove it.
class listener {
public:
    /// Takes over `fd`. `path` is where a Unix socket is bound, else empty.
    listener(int fd, std::string path) noexcept;
    listener(listener&& other) noexcept;
    listener& operator=(listener&& other) noexcept;
    ~listener();

    /// Blocking, closed on exec.
    int fd() const noexcept { return fd_; }

    /// Removes the Unix socket from the file system if it is still the one that was bound; nothing for TCP. For the
    /// end of the process that opened it.
    void remove_socket() noexcept;

private:
    int fd_ = -1;
    std::string path_;
    dev_t device_ = 0;
    ino_t inode_ = 0;
};

/// Who may connect to a Unix socket.
struct socket_access {
    mode_t mode = 0660;  ///< whatever the umask
    std::optional<uid_t> owner;
    std::optional<gid_t> group;  ///< absent: the process's
};

/// Opens, binds and listens (backlog 1024).
/// - Unix: nobody can connect before mode, owner and group are set. A socket left behind by a process that has gone is
///   replaced; one that is in use, and any other file, is left alone and an error. Of processes that open the same
///   path at once one at most succeeds: a file PATH.lock is there meanwhile. Changes the umask for a moment, so:
///   call it before there are threads.
/// - TCP: a name may have several addresses; the first one that this machine has is taken. IPv6 takes no IPv4.
result<listener, trouble> open_listener(const listen_address& address, const socket_access& access = {});

/// The address that socket `fd` is bound to: "unix:/run/x.sock", "127.0.0.1:9000" or "[::1]:9000"; "descriptor N" where
/// it has none. Raw bytes of a path: the log escapes them.
std::string describe(int fd);

}  // namespace wampfcgi::process
