// Owns the header section of a CGI response, which FastCGI has as well.
#pragma once

#include "wampfcgi/core/request.hpp"
#include "wampfcgi/core/response.hpp"

#include <string>

namespace wampfcgi::fcgi {

/// Takes the body out of the answer to a HEAD. Web servers would do it as well, but not all caches in front of them.
void leave_body_out(const request& of, response& what);

/// Adds status, headers, Content-Length and the empty line behind them (RFC 3875, 6.3) to `text`.
void append_header_section(std::string& text, const response& what);

/// The same without Content-Length, for a body whose length is not known.
void append_stream_header_section(std::string& text, const response& what);

}  // namespace wampfcgi::fcgi
