// Owns token buckets in shared memory, using atomic operations only: a process that is killed or stopped at any point
// never blocks another. Callers own the memory, and identify clients.
#pragma once

#include "wampfcgi/bridge/rate_counter.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

namespace wampfcgi::store {

/// The refill rate in whole nanoseconds: one token every `one_token`, up to `most`.
struct refill {
    std::int64_t one_token;  ///< more than 0
    std::int64_t most;       ///< tokens, more than 0; times `one_token` it must not overflow

    std::int64_t whole_bucket() const noexcept { return one_token * most; }
};

/// A bucket's state is the time at which it will be full, which fits one word (the "generic cell rate algorithm" of
/// ATM). A time in the past means a full bucket.
struct bucket_slot {
    std::atomic<std::uint64_t> tag{0};     ///< of the client; 0: unused
    std::atomic<std::int64_t> full_at{0};  ///< nanoseconds since 1970; never decreases while the limit stays the same
};
static_assert(std::atomic<std::uint64_t>::is_always_lock_free && std::atomic<std::int64_t>::is_always_lock_free);

inline constexpr std::size_t slots_in_set = 8;  ///< two cache lines
using bucket_set = std::array<bucket_slot, slots_in_set>;

/// Nanoseconds since 1970.
using nanosecond_clock = std::function<std::int64_t()>;

/// Takes a token from the bucket of `tag` (not 0) in its set, if there is one. Reads `now` again for each attempt: it
/// must not be older than a time written by another process.
///
/// In a full set the fullest bucket is evicted, and the new client continues with its state. So times in a set only
/// increase. The least of them, which an evicted client gets back, is never less than its own was. So no client gets
/// more tokens than the limit allows, however many clients there are.
bridge::rate_decision take_token(bucket_set& set, std::uint64_t tag, const refill& limit, const nanosecond_clock& now);

}  // namespace wampfcgi::store
