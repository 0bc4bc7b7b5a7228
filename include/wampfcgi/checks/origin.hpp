// Owns the origin check: web pages may call from the same origin, or from one that the service lists (WHATWG Fetch,
// CORS protocol).
#pragma once

#include "wampfcgi/core/request.hpp"
#include "wampfcgi/core/result.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wampfcgi::checks {

/// Parses a configured origin: "scheme://host[:port]" with scheme http or https, the same with "*." before a host of at
/// least two labels, or "*". Returns it in lower case without the scheme's default port. Nothing when it is no origin;
/// one with a path, even "/", is none.
std::optional<std::string> parse_origin(std::string_view text);

/// What the answer must say about the origin.
struct origin_grant {
    bool cross_origin = false;    ///< an allowed request from another origin
    bool listed_by_name = false;  ///< the list has its full name, so credentials may be allowed
};

/// Refuses an Origin that is neither the request's own host nor covered by `allowed` (from parse_origin). Without an
/// Origin, refuses a GET or HEAD that a browser makes for a page of another site, except when a user follows a link
/// (Sec-Fetch-Site, Sec-Fetch-Mode: W3C Fetch Metadata). Fails with origin_denied.
result<origin_grant> check_origin(const request& req, const std::vector<std::string>& allowed);

}  // namespace wampfcgi::checks
