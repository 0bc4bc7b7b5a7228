// Owns which web pages may call: same-origin, or an origin that the service lists (WHATWG Fetch, CORS protocol).
#pragma once

#include "wampfcgi/core/request.hpp"
#include "wampfcgi/core/result.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wampfcgi::checks {

/// Reads an origin as configured: "scheme://host[:port]" with scheme http or https, the same with "*." in front of a
/// host of two labels or more, or "*". Comes back in lower case, without the scheme's default port. Nothing when it is
/// no origin (a path, even "/", is none).
std::optional<std::string> parse_origin(std::string_view text);

/// What the answer must say about the request's origin.
struct origin_grant {
    bool cross_origin = false;    ///< the request came from another origin, and that is allowed
    bool listed_by_name = false;  ///< ... by its full name: credentials may be allowed
};

/// Refuses an Origin that is neither the request's own host nor covered by `allowed` (as from parse_origin), and a GET
/// or HEAD without one that a browser makes for a page of another site, unless somebody follows a link
/// (Sec-Fetch-Site, Sec-Fetch-Mode: W3C Fetch Metadata). origin_denied.
result<origin_grant> check_origin(const request& req, const std::vector<std::string>& allowed);

}  // namespace wampfcgi::checks
