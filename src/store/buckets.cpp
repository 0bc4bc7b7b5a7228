#include "store/buckets.hpp"

#include <algorithm>
#include <chrono>

namespace wampfcgi::store {
namespace {

std::chrono::microseconds rounded_up(std::int64_t nanoseconds)
{
    return std::chrono::ceil<std::chrono::microseconds>(std::chrono::nanoseconds(nanoseconds));
}

bridge::rate_decision charge(std::atomic<std::int64_t>& full_at, const refill& limit, const nanosecond_clock& now)
{
    for (std::int64_t found = full_at.load();;) {
        const std::int64_t present = now();
        // A later time comes from another limit, or from a clock that was set back. Clamp it to an empty bucket.
        const std::int64_t from = std::clamp(found, present, present + limit.whole_bucket());
        const std::int64_t spent = from + limit.one_token - present;
        if (spent > limit.whole_bucket()) {
            if (found != from && !full_at.compare_exchange_weak(found, from))
                continue;
            return {false, 0, rounded_up(spent - limit.whole_bucket())};
        }
        if (full_at.compare_exchange_weak(found, from + limit.one_token))
            return {true, static_cast<std::uint64_t>((limit.whole_bucket() - spent) / limit.one_token),
                    rounded_up((spent - 1) % limit.one_token + 1)};
    }
}

/// Takes a slot for `tag`, unless another process is faster.
void move_in(bucket_set& set, std::uint64_t tag)
{
    std::size_t best = 0;
    std::int64_t least = set[0].full_at.load();
    for (std::size_t i = 0; i < set.size(); ++i) {
        std::uint64_t found = set[i].tag.load();
        if (found == 0) {  // the first free slot, so that processes taking one at the same moment compete for it
            set[i].tag.compare_exchange_strong(found, tag);
            return;
        }
        if (const std::int64_t full_at = set[i].full_at.load(); full_at < least) {
            best = i;
            least = full_at;
        }
    }
    std::uint64_t pushed_out = set[best].tag.load();
    if (set[best].full_at.load() == least)
        set[best].tag.compare_exchange_strong(pushed_out, tag);
}

}  // namespace

bridge::rate_decision take_token(bucket_set& set, std::uint64_t tag, const refill& limit, const nanosecond_clock& now)
{
    for (;;) {
        bridge::rate_decision decision{true};
        bool was_there = false;
        bool was_pushed_out = false;
        // Two processes may have evicted two other clients for this one. Charge both slots, because each holds part of
        // what the client has taken.
        for (bucket_slot& each : set) {
            if (each.tag.load() != tag)
                continue;
            const bridge::rate_decision here = charge(each.full_at, limit, now);
            was_pushed_out = was_pushed_out || each.tag.load() != tag;
            if (!was_there || !here.is_allowed)
                decision = here;
            was_there = true;
        }
        if (was_there && !was_pushed_out)
            return decision;
        if (!was_there)
            move_in(set, tag);
    }
}

}  // namespace wampfcgi::store
