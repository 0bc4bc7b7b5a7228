// Owns the check of a webhook's sender and age, by signatures and tokens in headers (contract section 7).
#pragma once

#include "wampfcgi/core/request.hpp"
#include "wampfcgi/core/result.hpp"
#include "wampfcgi/core/settings.hpp"

#include <chrono>
#include <memory>
#include <vector>

namespace wampfcgi::checks {

/// Makes OpenSSL load what webhook signatures need, for the same reason as prepare_digests().
void prepare_webhook_signatures();

/// Verifies the senders of a webhook. Keeps what it computes from each secret.
class webhook_signature_check {
public:
    /// `any_of` must outlive it, unchanged.
    explicit webhook_signature_check(const std::vector<webhook_verification>& any_of);
    ~webhook_signature_check();
    webhook_signature_check(const webhook_signature_check&) = delete;
    webhook_signature_check& operator=(const webhook_signature_check&) = delete;

    /// Verifies a request by the first entry of `any_of` whose header it has. Succeeds when `any_of` is empty. `now` is
    /// the present time. Fails with request_expired when the timestamp is further than max_age from `now`, which is
    /// checked first. Fails with signature_invalid when the request has none of the headers, when a signed header or
    /// timestamp is missing or malformed, or when the signature is wrong.
    result<void> check(const request& req, std::chrono::sys_time<std::chrono::microseconds> now) const;

private:
    struct known_secrets;

    const std::vector<webhook_verification>& any_of_;
    std::unique_ptr<known_secrets> secrets_;
};

}  // namespace wampfcgi::checks
