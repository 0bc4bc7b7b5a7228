// Owns what CGI variables (RFC 3875, 4.1) mean for a request, wherever they came from: FastCGI sends the same ones.
#pragma once

#include "wampfcgi/core/request.hpp"

namespace wampfcgi::fcgi {

/// The request, without a body, that a null-terminated list of NAME=VALUE describes. It gets a name in any case.
request read_variables(const char* const* variables);

}  // namespace wampfcgi::fcgi
