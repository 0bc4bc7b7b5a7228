// Owns the life of one worker: its event loop, its connections to the router, and the signals that end it.
#pragma once

#include "wampfcgi/core/settings.hpp"

namespace wampfcgi::app {

/// Serves the listening socket `listen_fd`, which it takes over, until SIGTERM or SIGINT. Returns the exit status.
int run_worker(const settings& config, int listen_fd);

}  // namespace wampfcgi::app
