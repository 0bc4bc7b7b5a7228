// Owns whether a webhook was sent by whom it says: signatures and tokens in headers, and how old they are (contract
// section 7).
#pragma once

#include "wampfcgi/core/request.hpp"
#include "wampfcgi/core/result.hpp"
#include "wampfcgi/core/settings.hpp"

#include <chrono>
#include <vector>

namespace wampfcgi::checks {

/// Has OpenSSL load what it takes to verify webhooks, for the reason that prepare_digests() has.
void prepare_webhook_signatures();

/// Verifies a request by the first of `any_of` whose header it has; without any there is nothing to verify. `now` is
/// the present time. Fails with request_expired (a timestamp further away than max_age, looked at first) or
/// signature_invalid: none of the headers is there, a header or timestamp that is signed is missing or is none, or the
/// signature is not the one of this body.
result<void> check_webhook_signature(const request& req, const std::vector<webhook_verification>& any_of,
                                     std::chrono::sys_time<std::chrono::microseconds> now);

}  // namespace wampfcgi::checks
