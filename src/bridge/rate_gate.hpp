// Owns the rate_limit of a service: when it is applied, which bucket a request belongs to, and what the client is told
// (contract sections 3 and 5).
#pragma once

#include "wampfcgi/bridge/rate_counter.hpp"
#include "wampfcgi/bridge/service.hpp"
#include "wampfcgi/checks/signature.hpp"
#include "wampfcgi/core/request.hpp"
#include "wampfcgi/core/response.hpp"
#include "wampfcgi/core/settings.hpp"

#include <string>

namespace wampfcgi::bridge {

/// Admits requests while there are tokens.
class rate_gate {
public:
    /// Both must outlive the gate. `counter` is null if `options` has no rate.
    rate_gate(const service_options& options, rate_counter* counter);

    /// Applies the limit before the body is read, if the bucket is known by then and the counter decides at once. Adds
    /// the headers for an admitted request. Fails with rate_limited.
    result<void> admit(const request& req, admission& admitted) const;

    /// Whether an admitted request still needs a token: before the check of its signature, or after it.
    bool is_due_before_signature(const admission& admitted) const noexcept;
    bool is_due_behind_signature() const noexcept { return counter_ != nullptr && !is_known_on_arrival_; }

    /// Requests a token. `signature` is null before the signature is checked.
    rate_counter::ticket take_token(const request& req, const checks::signature_facts* signature,
                                    rate_counter::decided done) const;
    void give_up(rate_counter::ticket waiting) const { counter_->give_up(waiting); }

    /// Adds the headers about the remaining tokens. Fails like the counter, or with rate_limited; then the headers say
    /// when to retry.
    result<void> apply(const result<rate_decision>& decision, header_fields& headers) const;

private:
    const service_options& options_;
    rate_counter* counter_;
    std::string policy_;     // the value of RateLimit-Policy; empty: not sent
    std::string remaining_;  // the beginning of the value of RateLimit
    bool is_known_on_arrival_;
};

}  // namespace wampfcgi::bridge
