// Owns the checks of how a request arrived: method, TLS, content type, announced and actual length.
#pragma once

#include "wampfcgi/core/methods.hpp"
#include "wampfcgi/core/request.hpp"
#include "wampfcgi/core/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wampfcgi::checks {

/// Refuses every method not in `taken` (names are case-sensitive, RFC 9110, 9.1). Fails with method_not_allowed.
result<void> check_method(const request& req, const method_set& taken);

/// The methods in the form of a header's value: "POST, PUT, OPTIONS".
std::string list_of_methods(const method_set& taken);

/// True for GET and HEAD: the query is the request, and a body is ignored.
bool asks_by_query(const request& req);

/// True when `https` says that the client reached the web server over TLS: "on" or "1", any case.
bool is_tls(std::string_view https);

/// Refuses a request without TLS if `require_tls` is set. Fails with tls_required.
result<void> check_tls(const request& req, bool require_tls);

/// Refuses a Content-Type other than JSON in UTF-8. Also refuses a missing one when there is an Origin header, because
/// a browser sends such a request without a CORS preflight. Fails with content_type_unsupported.
result<void> check_content_type(const request& req);

/// Parses CONTENT_LENGTH and refuses more than `limit_bytes` (0: no limit). Returns nothing when it is absent, empty,
/// or -1, which Caddy sends with a chunked body. Fails with body_too_large, or with body_truncated when it is not a
/// possible length.
result<std::optional<std::uint64_t>> check_announced_length(const request& req, std::uint64_t limit_bytes);

/// Refuses a body over `limit_bytes` (0: no limit) or of a length other than announced, as check_announced_length()
/// returns it. Fails with body_too_large, body_truncated.
result<void> check_body_length(std::string_view body, std::optional<std::uint64_t> announced_bytes,
                               std::uint64_t limit_bytes);

}  // namespace wampfcgi::checks
