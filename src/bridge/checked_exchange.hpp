// Owns the checks of a request after admission: rate_limit and signature, in the contract's order (section 3). The
// services do the rest.
#pragma once

#include "bridge/rate_gate.hpp"
#include "wampfcgi/bridge/gateway.hpp"
#include "wampfcgi/bridge/service.hpp"
#include "wampfcgi/checks/signature.hpp"
#include "wampfcgi/core/request.hpp"

#include <optional>

namespace wampfcgi::bridge {

class checked_exchange : public exchange {
public:
    ~checked_exchange() override;
    checked_exchange(const checked_exchange&) = delete;
    checked_exchange& operator=(const checked_exchange&) = delete;

    /// Begins the checks. May answer the request before it returns.
    void enter();

    const request_report& report() const noexcept final { return report_; }

protected:
    using signer = std::optional<checks::signature_facts>;

    /// Everything but `admitted` must outlive the exchange.
    checked_exchange(const rate_gate& rate, const gateway::steady_clock& stopwatch, admission&& admitted, request& req);

    admission admitted_;
    request& request_;
    signer signature_;  // set once the signature was checked
    request_report report_;

private:
    /// Returns who signed the request, or nothing if it needs no signature.
    virtual result<signer> check_sender() const = 0;

    /// Serves a request that has passed these checks.
    virtual void go_on() = 0;

    virtual void refuse(failure why) = 0;

    void take_token();
    void rated(const result<rate_decision>& decision);
    void check_signature();

    const rate_gate& rate_;
    const gateway::steady_clock& stopwatch_;
    rate_counter::ticket waits_for_token_ = 0;
    request_report::time_point asked_at_{};
};

}  // namespace wampfcgi::bridge
