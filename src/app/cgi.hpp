// Owns the life of a CGI program: one request over one connection to the router.
#pragma once

#include "wampfcgi/core/settings.hpp"

namespace wampfcgi::app {

/// Serves the request in environment and standard input. Returns the exit status.
int run_cgi(const settings& config);

}  // namespace wampfcgi::app
