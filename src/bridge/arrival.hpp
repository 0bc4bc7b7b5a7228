// Owns the checks of how a request arrived that all services share (contract section 3, "Order of the checks": up to
// the origin).
#pragma once

#include "wampfcgi/bridge/answer.hpp"
#include "wampfcgi/checks/origin.hpp"
#include "wampfcgi/core/request.hpp"
#include "wampfcgi/core/response.hpp"
#include "wampfcgi/core/result.hpp"
#include "wampfcgi/core/settings.hpp"

#include <optional>

namespace wampfcgi::bridge {

/// Checks TLS, address and origin, for any method. Fails with tls_required, address_denied, origin_denied.
result<checks::origin_grant> check_whence(const request& req, const service_options& options);

/// Returns the final answer, also for OPTIONS; otherwise sets `cors` to the CORS headers for the answer to come.
std::optional<answer> check_arrival(const request& req, const service_options& options, header_fields& cors);

}  // namespace wampfcgi::bridge
