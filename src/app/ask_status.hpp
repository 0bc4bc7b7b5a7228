// Owns `wamp-fcgi --status`: its output and exit status.
#pragma once

#include "wampfcgi/process/options.hpp"

namespace wampfcgi::app {

/// Asks the pool named by the options. Returns 0: ready, 1: not ready, 2: not reached.
int ask_status(const process::options& given);

}  // namespace wampfcgi::app
