#include "bridge/checked_exchange.hpp"

#include <utility>

namespace wampfcgi::bridge {

checked_exchange::checked_exchange(const rate_gate& rate, const gateway::steady_clock& stopwatch, admission&& admitted,
                                   request& req)
    : admitted_(std::move(admitted)),
      request_(req),
      rate_(rate),
      stopwatch_(stopwatch)
{}

checked_exchange::~checked_exchange()
{
    if (waits_for_token_ != 0)
        rate_.give_up(waits_for_token_);
}

void checked_exchange::enter()
{
    if (rate_.is_due_before_signature(admitted_))
        take_token();
    else
        check_signature();
}

void checked_exchange::take_token()
{
    asked_at_ = stopwatch_();
    waits_for_token_ = rate_.take_token(request_, signature_ ? &*signature_ : nullptr,
                                        [this](const result<rate_decision>& decision) { rated(decision); });
}

void checked_exchange::rated(const result<rate_decision>& decision)
{
    waits_for_token_ = 0;
    report_.store_took += stopwatch_() - asked_at_;
    if (auto ok = rate_.apply(decision, admitted_.headers); !ok)
        refuse(ok.error());
    else if (rate_.is_due_behind_signature())
        go_on();
    else
        check_signature();
}

void checked_exchange::check_signature()
{
    auto signature = check_sender();
    if (!signature)
        return refuse(signature.error());
    signature_ = *signature;
    if (rate_.is_due_behind_signature())
        take_token();
    else
        go_on();
}

}  // namespace wampfcgi::bridge
