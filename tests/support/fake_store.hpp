// Owns a store for tests in this process's memory, whose capacity is limited and which can let requests wait.
#pragma once

#include "wampfcgi/bridge/store.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <utility>

namespace wampfcgi {

class fake_store final : public bridge::store {
public:
    explicit fake_store(std::function<instant()> now) : now_(std::move(now)) {}

    ticket remember(bridge::key_id key, const bridge::signature_bytes& signature, instant until,
                    remembered done) override
    {
        if (!is_locked) {
            done(decide(key, signature, until));
            return 0;
        }
        waiting_.emplace(++last_, [this, key, signature, until] { return decide(key, signature, until); });
        dones_.emplace(last_, std::move(done));
        return last_;
    }

    void give_up(ticket waiting) override
    {
        given_up += waiting_.erase(waiting);
        dones_.erase(waiting);
    }

    /// Answers the waiting requests.
    void unlock()
    {
        is_locked = false;
        while (!waiting_.empty()) {
            const auto first = waiting_.extract(waiting_.begin());
            auto done = dones_.extract(first.key());
            done.mapped()(first.mapped()());
        }
    }

    std::map<bridge::signature_bytes, instant> all;  ///< with the end of their freshness
    std::map<bridge::key_id, std::size_t> by_key;
    std::size_t share = 1000;  ///< capacity for a key
    bool is_locked = false;    ///< requests wait
    std::size_t given_up = 0;

private:
    result<void> decide(bridge::key_id key, const bridge::signature_bytes& signature, instant until)
    {
        if (until < now_())
            return failure{errc::request_expired, "timestamp became too old while the request waited"};
        if (all.contains(signature))
            return failure{errc::request_replayed, "signature was used before"};
        if (by_key[key] >= share)
            return failure{errc::overloaded, "no room for another signature of the key"};
        ++by_key[key];
        all.emplace(signature, until);
        return {};
    }

    std::function<instant()> now_;
    std::map<ticket, std::function<result<void>()>> waiting_;
    std::map<ticket, remembered> dones_;
    ticket last_ = 0;
};

}  // namespace wampfcgi
