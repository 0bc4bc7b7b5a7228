#include "bridge/rate_gate.hpp"

#include "wampfcgi/checks/address.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>

namespace wampfcgi::bridge {
namespace {

std::string_view name_of(rate_subject by)
{
    switch (by) {
    case rate_subject::address:
        return "address";
    case rate_subject::key:
        return "key";
    case rate_subject::service:
        break;
    }
    return "service";
}

std::string seconds_of(std::chrono::microseconds time)
{
    return std::to_string(std::max<std::int64_t>(std::chrono::ceil<std::chrono::seconds>(time).count(), 1));
}

}  // namespace

rate_gate::rate_gate(const service_options& options, rate_counter* counter)
    : options_(options),
      counter_(counter),
      is_known_on_arrival_(counter != nullptr && (options.rate->by == rate_subject::address ||
                                                  (options.rate->by == rate_subject::service && options.keys.empty())))
{
    if (counter == nullptr || options.rate->by == rate_subject::service)
        return;
    const std::string policy = '"' + std::string(name_of(options.rate->by)) + '"';
    policy_ =
        policy + ";q=" + std::to_string(options.rate->requests) + ";w=" + std::to_string(options.rate->period.count());
    remaining_ = policy + ";r=";
}

result<void> rate_gate::admit(const request& req, admission& admitted) const
{
    if (!is_known_on_arrival_ || !counter_->decides_at_once())
        return {};
    admitted.has_token = true;
    result<void> outcome;
    take_token(req, nullptr,
               [&](const result<rate_decision>& decision) { outcome = apply(decision, admitted.headers); });
    return outcome;
}

bool rate_gate::is_due_before_signature(const admission& admitted) const noexcept
{
    return is_known_on_arrival_ && !admitted.has_token;
}

rate_counter::ticket rate_gate::take_token(const request& req, const checks::signature_facts* signature,
                                           rate_counter::decided done) const
{
    switch (options_.rate->by) {
    case rate_subject::address: {
        const ip_address address = checks::counted_address(req.remote_addr());
        return counter_->take_token({reinterpret_cast<const char*>(address.data()), address.size()}, std::move(done));
    }
    case rate_subject::key:
        return counter_->take_token(*signature->name, std::move(done));
    case rate_subject::service:
        break;
    }
    return counter_->take_token({}, std::move(done));
}

// Headers according to draft-ietf-httpapi-ratelimit-headers-10: "q" requests in "w" seconds are the policy, "r" are
// left, "t" is seconds until the next. Not sent for a shared bucket: it would reveal the use by other clients.
result<void> rate_gate::apply(const result<rate_decision>& decision, header_fields& headers) const
{
    if (!decision)
        return decision.error();
    if (!policy_.empty()) {
        headers.add("RateLimit-Policy", policy_);
        std::string left = remaining_;
        left.append(std::to_string(decision->remaining)).append(";t=").append(seconds_of(decision->next_token_in));
        headers.add("RateLimit", left);
    }
    if (decision->is_allowed)
        return {};
    headers.add("Retry-After", seconds_of(decision->next_token_in));
    const rate_limit& limit = *options_.rate;
    return failure{errc::rate_limited, std::to_string(limit.requests) + " requests in " +
                                           std::to_string(limit.period.count()) + " s are allowed by " +
                                           std::string(name_of(limit.by))};
}

}  // namespace wampfcgi::bridge
