// Owns the counting of tokens in memory that processes share, by atomic operations alone: no process that is killed or
// stopped, wherever it is, keeps another one waiting. Whose memory it is, and who a client is, is decided elsewhere.
#pragma once

#include "wampfcgi/bridge/rate_counter.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

namespace wampfcgi::store {

/// How tokens come back, in whole nanoseconds: one in `one_token`, as many as `most` in the end.
struct refill {
    std::int64_t one_token;  ///< more than 0
    std::int64_t most;       ///< tokens, more than 0; times `one_token` it is a time that fits

    std::int64_t whole_bucket() const noexcept { return one_token * most; }
};

/// The state of a bucket is the time at which it will be full again, which takes one word (a "generic cell rate
/// algorithm", as ATM has it): one that is past is that of a full bucket.
struct bucket_slot {
    std::atomic<std::uint64_t> tag{0};     ///< of the client; 0: nobody's yet
    std::atomic<std::int64_t> full_at{0};  ///< nanoseconds since 1970; never goes back while the limit is the same
};
static_assert(std::atomic<std::uint64_t>::is_always_lock_free && std::atomic<std::int64_t>::is_always_lock_free);

inline constexpr std::size_t slots_in_set = 8;  ///< two lines of the processor's cache
using bucket_set = std::array<bucket_slot, slots_in_set>;

/// Nanoseconds since 1970.
using nanosecond_clock = std::function<std::int64_t()>;

/// Takes a token from the bucket of `tag`, which is not 0, in the set where it belongs, if there is one. `now` is read
/// again with each attempt: a time that is older than what another process has written would be wrong.
///
/// Where the set is full, the fullest bucket gives way, and the newcomer goes on with what that one had. So times in a
/// set only grow, and the least of them, which is what a client that was pushed out will find, is never less than its
/// own: nobody gets a token more than the limit allows, however many others there are.
bridge::rate_decision take_token(bucket_set& set, std::uint64_t tag, const refill& limit, const nanosecond_clock& now);

}  // namespace wampfcgi::store
