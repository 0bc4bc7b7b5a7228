// Owns the header section of a CGI response, which FastCGI has as well.
#pragma once

#include "wampfcgi/core/response.hpp"

#include <string>

namespace wampfcgi::fcgi {

/// Adds status, headers, Content-Length and the empty line behind them (RFC 3875, 6.3) to `text`.
void append_header_section(std::string& text, const response& what);

/// The same without Content-Length, for a body whose length is not known.
void append_stream_header_section(std::string& text, const response& what);

}  // namespace wampfcgi::fcgi
