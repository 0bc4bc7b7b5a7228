// Owns connecting to an address that a pool listens on.
#pragma once

#include "wampfcgi/core/descriptor.hpp"
#include "wampfcgi/core/trouble.hpp"
#include "wampfcgi/process/listen.hpp"

#include <chrono>

namespace wampfcgi::process {

/// Where the pool of the packaged systemd units listens: ListenStream in wamp-fcgi.socket.
inline constexpr const char* unit_socket = "/run/wamp-fcgi/wamp-fcgi.sock";

/// A connected socket that does not block. Waits for a listener that has no place for one more. The trouble is why
/// there is none by then.
result<descriptor, trouble> connect_to(const listen_address& address, std::chrono::steady_clock::time_point deadline);

/// "unix:/run/x.sock" or "127.0.0.1:9000"
std::string describe(const listen_address& address);

}  // namespace wampfcgi::process
