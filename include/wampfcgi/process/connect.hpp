// Owns connecting to a pool's listen address.
#pragma once

#include "wampfcgi/core/descriptor.hpp"
#include "wampfcgi/core/trouble.hpp"
#include "wampfcgi/process/listen.hpp"

#include <chrono>

namespace wampfcgi::process {

/// The listen address of the packaged systemd units: ListenStream in wamp-fcgi.socket.
inline constexpr const char* unit_socket = "/run/wamp-fcgi/wamp-fcgi.sock";

/// Returns a connected, non-blocking socket. Waits while the listener's backlog is full. The trouble says why there is
/// no connection by `deadline`.
result<descriptor, trouble> connect_to(const listen_address& address, std::chrono::steady_clock::time_point deadline);

/// "unix:/run/x.sock" or "127.0.0.1:9000"
std::string describe(const listen_address& address);

}  // namespace wampfcgi::process
