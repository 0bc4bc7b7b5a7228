// Owns the life of a CGI program: one request, one connection to the router, the end.
#pragma once

#include "wampfcgi/core/settings.hpp"

namespace wampfcgi::app {

/// Serves the request in the environment and on standard input. Returns the exit status.
int run_cgi(const settings& config);

}  // namespace wampfcgi::app
