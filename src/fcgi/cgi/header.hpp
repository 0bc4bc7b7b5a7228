// Owns the header section of a CGI response, which FastCGI uses too.
#pragma once

#include "wampfcgi/core/request.hpp"
#include "wampfcgi/core/response.hpp"

#include <string>
#include <string_view>

namespace wampfcgi::fcgi {

/// Removes the body from the answer to a HEAD. Web servers would do so too, but not all caches in front of them.
void leave_body_out(const request& of, response& what);

/// Appends status, headers, X-Request-Id with `id`, Content-Length and the empty line (RFC 3875, 6.3) to `text`.
void append_header_section(std::string& text, const response& what, std::string_view id);

/// The same without Content-Length, for a body of unknown length.
void append_stream_header_section(std::string& text, const response& what, std::string_view id);

}  // namespace wampfcgi::fcgi
