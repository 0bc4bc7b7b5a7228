// Owns what libfcgi does: reading the CGI variables of a request from a descriptor. Only library_request.cpp sees its
// types.
#pragma once

#include "wampfcgi/core/request.hpp"

#include <optional>
#include <string_view>

namespace wampfcgi::fcgi {

/// To be called once in a process, before any request. Throws std::runtime_error.
void initialize_library();

/// The request, without a body, whose records are FCGI_BEGIN_REQUEST and whole FCGI_PARAMS up to the empty one. They
/// must be sound: libfcgi believes what it reads (see record_scanner). Nothing when there is no descriptor or memory.
std::optional<request> read_by_library(std::string_view records);

}  // namespace wampfcgi::fcgi
