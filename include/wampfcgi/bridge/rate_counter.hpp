// Owns the interface between the bridge and the rate limiters.
#pragma once

#include "wampfcgi/core/completion.hpp"
#include "wampfcgi/core/result.hpp"

#include <chrono>
#include <cstdint>
#include <string_view>

namespace wampfcgi::bridge {

/// The answer to a request for a token.
struct rate_decision {
    bool is_allowed = false;
    std::uint64_t remaining = 0;                ///< whole tokens left
    std::chrono::microseconds next_token_in{};  ///< time until the next token is added; 0: the bucket is full
};

/// Limits the requests to one service with a rate_limit: one token bucket for each client, or one for all clients. Has
/// its own clock. Used by one thread.
class rate_counter {
public:
    using decided = completion<result<rate_decision>>;

    /// Names a pending request, for give_up(); 0: nothing is pending.
    using ticket = std::uint64_t;

    virtual ~rate_counter() = default;

    /// True when take_token() always calls `done` before it returns.
    virtual bool decides_at_once() const noexcept { return false; }

    /// Takes a token from the bucket of `client`, if there is one. `client` is an address, a network, a key, or empty
    /// where all clients share a bucket; it is copied if needed. Calls `done` once; returns 0 if it did so before
    /// returning. Fails with store_unavailable when the store cannot answer.
    virtual ticket take_token(std::string_view client, decided done) = 0;

    /// Drops the `done` of a pending request. The token may have been taken or not. Does nothing when the request has
    /// ended.
    virtual void give_up(ticket waiting) = 0;
};

}  // namespace wampfcgi::bridge
