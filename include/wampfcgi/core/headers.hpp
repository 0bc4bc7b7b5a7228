// Owns access to a request's headers, which CGI passes as variables (RFC 3875, 4.1.18): HTTP_X_GITHUB_EVENT for
// "X-Github-Event". CONTENT_TYPE and CONTENT_LENGTH are headers too, unless empty (or -1: Caddy does not know the
// length).
#pragma once

#include "wampfcgi/core/request.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace wampfcgi {

/// One header.
struct header_view {
    std::string name;        ///< in the spelling of header_name()
    std::string_view value;  ///< points into the request
};

/// Normalises a header's name, in any case and with "-" or "_", to one spelling: "X-Github-Event".
std::string header_name(std::string_view name);

/// Takes the next header off the front of request::pairs(). Nothing at the end. The web server decides whether a
/// repeated header comes twice, or once with both values joined.
std::optional<header_view> take_header(std::string_view& pairs);

/// The value of the header `name`, spelt as by header_name(); of a repeated one, the first.
std::optional<std::string_view> find_header(const request& req, std::string_view name);

}  // namespace wampfcgi
