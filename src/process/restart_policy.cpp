#include "process/restart_policy.hpp"

#include <algorithm>

namespace wampfcgi::process {

restart_policy::restart_policy(unsigned slots, restart_limits limits) : limits_(limits), slots_(slots) {}

void restart_policy::started(unsigned slot, time_point now)
{
    slots_.at(slot).running = true;
    slots_.at(slot).since = now;
}

restart_policy::time_point restart_policy::ended(unsigned slot, time_point now)
{
    slot_state& state = slots_.at(slot);
    const bool had_lived = lived(state, now);
    // Running workers count too; otherwise one crashing worker could end a pool whose others serve.
    any_lived_ = any_lived_ ||
                 std::any_of(slots_.begin(), slots_.end(), [&](const slot_state& other) { return lived(other, now); });
    state.running = false;
    if (had_lived) {
        state.delay = std::chrono::milliseconds{0};
        return now;
    }
    ++deaths_at_start_;
    return delayed(state, now);
}

restart_policy::time_point restart_policy::start_failed(unsigned slot, time_point now)
{
    return delayed(slots_.at(slot), now);
}

bool restart_policy::hopeless() const noexcept
{
    return !any_lived_ && deaths_at_start_ >= limits_.hopeless_after;
}

restart_policy::time_point restart_policy::delayed(slot_state& slot, time_point now) const
{
    slot.delay = std::clamp(slot.delay * 2, limits_.first_delay, limits_.longest_delay);
    return now + slot.delay;
}

bool restart_policy::lived(const slot_state& slot, time_point now) const
{
    return slot.running && now - slot.since >= limits_.healthy_after;
}

}  // namespace wampfcgi::process
