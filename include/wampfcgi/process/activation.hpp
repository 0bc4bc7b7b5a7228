// Owns taking over a listening socket that systemd has opened (sd_listen_fds(3)).
#pragma once

#include "wampfcgi/process/listen.hpp"

namespace wampfcgi::process {

/// True when systemd has passed sockets to this very process.
bool sockets_are_passed() noexcept;

/// Takes the one socket over, and the variables that announce it out of the environment. It stays in the file system at
/// the end: it is systemd's.
result<listener, trouble> take_passed_socket();

}  // namespace wampfcgi::process
