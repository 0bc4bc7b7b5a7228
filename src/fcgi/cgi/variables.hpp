// Owns what CGI variables (RFC 3875, 4.1) mean for a request, wherever they came from: FastCGI sends the same ones.
#pragma once

#include "wampfcgi/core/request.hpp"

#include <cstddef>
#include <string_view>

namespace wampfcgi::fcgi {

/// The request, without a body, that a null-terminated list of NAME=VALUE describes. It gets a name in any case.
request read_variables(const char* const* variables);

/// The same of the name-value pairs in the content of FCGI_PARAMS (FastCGI specification, 5.2), which is sound. The
/// request has room for `body_bytes` more.
request read_variables(std::string_view params, std::size_t body_bytes = 0);

}  // namespace wampfcgi::fcgi
