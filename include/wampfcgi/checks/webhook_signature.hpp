// Owns the check of a webhook's sender and age, by signatures and tokens in headers (contract section 7).
#pragma once

#include "wampfcgi/core/request.hpp"
#include "wampfcgi/core/result.hpp"
#include "wampfcgi/core/settings.hpp"

#include <chrono>
#include <vector>

namespace wampfcgi::checks {

/// Makes OpenSSL load what webhook signatures need, for the same reason as prepare_digests().
void prepare_webhook_signatures();

/// Verifies a request by the first entry of `any_of` whose header it has. Succeeds when `any_of` is empty. `now` is the
/// present time. Fails with request_expired when the timestamp is further than max_age from `now`, which is checked
/// first. Fails with signature_invalid when the request has none of the headers, when a signed header or timestamp is
/// missing or malformed, or when the signature is wrong.
result<void> check_webhook_signature(const request& req, const std::vector<webhook_verification>& any_of,
                                     std::chrono::sys_time<std::chrono::microseconds> now);

}  // namespace wampfcgi::checks
