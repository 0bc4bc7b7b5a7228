// Owns the use of libfcgi: parsing the CGI variables of a request from a descriptor. Only library_request.cpp includes
// its header.
#pragma once

#include "wampfcgi/core/request.hpp"

#include <optional>
#include <string_view>

namespace wampfcgi::fcgi {

/// Call it once in a process, before any request. Throws std::runtime_error.
void initialize_library();

/// Makes a request without a body from FCGI_BEGIN_REQUEST and complete FCGI_PARAMS records, up to the empty one. They
/// must be well-formed: libfcgi does not check them (see record_scanner). Nothing when descriptors or memory run out.
std::optional<request> read_by_library(std::string_view records);

}  // namespace wampfcgi::fcgi
