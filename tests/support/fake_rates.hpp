// Owns a rate limiter for tests with a set number of tokens for each client, which can let requests wait.
#pragma once

#include "wampfcgi/bridge/rate_counter.hpp"
#include "wampfcgi/core/settings.hpp"

#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace wampfcgi {

class fake_rates final : public bridge::rate_counter {
public:
    bool decides_at_once() const noexcept override { return is_local; }

    ticket take_token(std::string_view client, decided done) override
    {
        if (is_local) {
            done(decide(std::string(client)));
            return 0;
        }
        waiting_.emplace(++last_, std::pair(std::string(client), std::move(done)));
        return last_;
    }

    void give_up(ticket waiting) override { given_up += waiting_.erase(waiting); }

    /// Answers the waiting requests.
    void answer()
    {
        while (!waiting_.empty()) {
            auto first = waiting_.extract(waiting_.begin());
            first.mapped().second(decide(first.mapped().first));
        }
    }

    rate_limit limit;
    bool is_local = true;
    bool is_down = false;
    std::map<std::string, std::uint64_t> taken;  ///< by client
    std::size_t given_up = 0;

private:
    result<bridge::rate_decision> decide(const std::string& client)
    {
        if (is_down)
            return failure{errc::store_unavailable, "the store is down"};
        const bool is_allowed = taken[client] < limit.requests;
        if (is_allowed)
            ++taken[client];
        return bridge::rate_decision{is_allowed, limit.requests - taken[client],
                                     std::chrono::microseconds(limit.period) / limit.requests};
    }

    std::map<ticket, std::pair<std::string, decided>> waiting_;
    ticket last_ = 0;
};

}  // namespace wampfcgi
