// Owns the header section of a CGI response, which FastCGI has as well.
#pragma once

#include "wampfcgi/core/response.hpp"

#include <string>

namespace wampfcgi::fcgi {

/// Status, headers, Content-Length and the empty line behind them (RFC 3875, 6.3).
std::string header_section(const response& what);

}  // namespace wampfcgi::fcgi
