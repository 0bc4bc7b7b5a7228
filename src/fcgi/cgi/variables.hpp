// Owns the meaning of CGI variables (RFC 3875, 4.1) for a request. FastCGI sends the same variables.
#pragma once

#include "wampfcgi/core/request.hpp"

#include <cstddef>
#include <string_view>

namespace wampfcgi::fcgi {

/// Makes a request without a body from a null-terminated list of NAME=VALUE. It always gets an id.
request read_variables(const char* const* variables);

/// The same from name-value pairs, the content of FCGI_PARAMS (FastCGI specification, 5.2), into an empty request.
/// Reserves `body_bytes` for the body. Returns false, and leaves the request empty, when they are not well-formed (see
/// sound_pairs).
bool read_variables(request& into, std::string_view params, std::size_t body_bytes = 0);

}  // namespace wampfcgi::fcgi
