// Owns taking over a listening socket that systemd passed (sd_listen_fds(3)).
#pragma once

#include "wampfcgi/process/listen.hpp"

namespace wampfcgi::process {

/// True when systemd has passed sockets to this process.
bool sockets_are_passed() noexcept;

/// Takes over the only socket, and removes the variables that announce it from the environment. Its path is not removed
/// at the end: it belongs to systemd.
result<listener, trouble> take_passed_socket();

}  // namespace wampfcgi::process
