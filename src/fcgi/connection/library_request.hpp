// Owns the use of libfcgi: parsing the CGI variables of a request from a descriptor. Only library_request.cpp includes
// its header.
#pragma once

#include "wampfcgi/core/request.hpp"

#include <optional>
#include <string_view>

namespace wampfcgi::fcgi {

/// Call it once in a process, before any request. Throws std::runtime_error.
void initialize_library();

/// Makes a request without a body from a stream of CGI variables (FastCGI specification, 3.4). It must be well-formed:
/// libfcgi does not check it (see params_checker). Nothing when descriptors or memory run out.
std::optional<request> read_by_library(std::string_view variables);

}  // namespace wampfcgi::fcgi
