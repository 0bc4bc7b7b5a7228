// Owns the check of a bearer token (RFC 6750, 2.1).
#pragma once

#include "wampfcgi/core/request.hpp"
#include "wampfcgi/core/result.hpp"

#include <string_view>

namespace wampfcgi::checks {

/// Refuses a request whose Authorization header does not carry `token`. Compares in constant time. Fails with
/// token_invalid.
result<void> check_bearer_token(const request& req, std::string_view token);

}  // namespace wampfcgi::checks
