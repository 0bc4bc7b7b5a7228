// Owns the headers of a request, which CGI gives as variables (RFC 3875, 4.1.18): HTTP_X_GITHUB_EVENT for
// "X-Github-Event", and CONTENT_TYPE and CONTENT_LENGTH, which are headers where they are not empty
// (nor -1, the length that Caddy does not know).
#pragma once

#include "wampfcgi/core/request.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace wampfcgi {

/// A header as it came.
struct header_view {
    std::string name;        ///< as header_name() writes it
    std::string_view value;  ///< bytes of the request
};

/// The one spelling here of a header's name, in whichever case and with whichever of "-" and "_" it is given:
/// "X-Github-Event".
std::string header_name(std::string_view name);

/// Takes the next header off the front of what request::pairs() gives. Nothing when there are no more. One that was
/// sent twice may come twice, or with both values in one: that is up to the web server.
std::optional<header_view> take_header(std::string_view& pairs);

/// The value of the header of that name, as header_name() writes it; of one that came twice, the first.
std::optional<std::string_view> find_header(const request& req, std::string_view name);

}  // namespace wampfcgi
