// Owns the checks of how a request arrived: method, TLS, content type, announced and real length.
#pragma once

#include "wampfcgi/core/methods.hpp"
#include "wampfcgi/core/request.hpp"
#include "wampfcgi/core/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wampfcgi::checks {

/// Refuses every method but those of `taken` (names are case-sensitive, RFC 9110, 9.1). method_not_allowed.
result<void> check_method(const request& req, const method_set& taken);

/// The methods as a header lists them: "POST, PUT, OPTIONS".
std::string list_of_methods(const method_set& taken);

/// True for GET and HEAD, which ask by their query alone: a body counts for nothing.
bool asks_by_query(const request& req);

/// True when `https` says that the client reached the web server over TLS: "on" or "1", any case.
bool is_tls(std::string_view https);

/// Refuses a request that came without TLS where `require_tls` is set. tls_required.
result<void> check_tls(const request& req, bool require_tls);

/// Refuses a Content-Type that is not JSON in UTF-8, and an absent one beside an Origin header (a browser's page can
/// send such a request without asking first). content_type_unsupported.
result<void> check_content_type(const request& req);

/// Reads CONTENT_LENGTH and refuses more than `limit_bytes` (0: no limit). Absent, empty, or -1 as Caddy sends it with
/// a chunked body: nothing was announced. Fails with body_too_large, or body_truncated when it is no number that a body
/// can have.
result<std::optional<std::uint64_t>> check_announced_length(const request& req, std::uint64_t limit_bytes);

/// Refuses a body over `limit_bytes` (0: no limit) or of another length than announced. body_too_large, body_truncated.
result<void> check_body_length(const request& req, std::uint64_t limit_bytes);

}  // namespace wampfcgi::checks
