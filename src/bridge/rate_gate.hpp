// Owns the rate_limit of a service: when a request is held against it, whose bucket it is, and what the client is told
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

/// Lets requests through as long as there are tokens.
class rate_gate {
public:
    /// Both must outlive it. Null: `options` have no rate.
    rate_gate(const service_options& options, rate_counter* counter);

    /// Holds a request against the limit before its body is read, where who asks is known by then and the counter
    /// decides at once. The answer to an admitted request tells what is left. Fails with rate_limited.
    result<void> admit(const request& req, admission& admitted) const;

    /// Whether a request that was admitted has still to take a token, before and behind the check of its signature.
    bool is_due_before_signature(const admission& admitted) const noexcept;
    bool is_due_behind_signature() const noexcept { return counter_ != nullptr && !is_known_on_arrival_; }

    /// Asks for a token. `signature` is null before it is checked.
    rate_counter::ticket take_token(const request& req, const checks::signature_facts* signature,
                                    rate_counter::decided done) const;
    void give_up(rate_counter::ticket waiting) const { counter_->give_up(waiting); }

    /// Adds to the headers of the answer what is left. Fails as the counter did, or with rate_limited, and then the
    /// headers say when to try again.
    result<void> apply(const result<rate_decision>& decision, header_list& headers) const;

private:
    const service_options& options_;
    rate_counter* counter_;
    std::string policy_;     // the value of RateLimit-Policy; empty: nobody is told
    std::string remaining_;  // the beginning of that of RateLimit
    bool is_known_on_arrival_;
};

}  // namespace wampfcgi::bridge
