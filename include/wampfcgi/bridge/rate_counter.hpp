// Owns the interface between the bridge and whatever counts how much clients ask for.
#pragma once

#include "wampfcgi/core/completion.hpp"
#include "wampfcgi/core/result.hpp"

#include <chrono>
#include <cstdint>
#include <string_view>

namespace wampfcgi::bridge {

/// What has become of a client's wish for a token.
struct rate_decision {
    bool is_allowed = false;
    std::uint64_t remaining = 0;                ///< whole tokens that are left
    std::chrono::microseconds next_token_in{};  ///< until there is one more to take; 0: the bucket is full
};

/// Counts the requests to one service that has a rate_limit: a bucket of tokens for each client, or one for all. It
/// owns its clock. Used by one thread.
class rate_counter {
public:
    using decided = completion<result<rate_decision>>;

    /// A request that waits, by which it can be given up; 0: none waits.
    using ticket = std::uint64_t;

    virtual ~rate_counter() = default;

    /// True where take_token() always calls `done` from within itself.
    virtual bool decides_at_once() const noexcept { return false; }

    /// Takes a token from the bucket of `client` (an address, a network, a key, or empty where all share one), if there
    /// is one. The name is copied where it is needed for longer. `done` is called once, perhaps from within this
    /// function, which then returns 0. Fails with store_unavailable where nobody can tell.
    virtual ticket take_token(std::string_view client, decided done) = 0;

    /// Drops the `done` of a request that waits. Whether it took a token is not known then. Does nothing for one that
    /// does not wait any more.
    virtual void give_up(ticket waiting) = 0;
};

}  // namespace wampfcgi::bridge
