// Owns the decision when to restart a worker that ended, and when to give up the pool. Starts nothing and owns no
// clock.
#pragma once

#include <chrono>
#include <vector>

namespace wampfcgi::process {

/// The parameters of restart_policy.
struct restart_limits {
    std::chrono::milliseconds healthy_after{1'000};  ///< a worker that ended sooner died at its start
    std::chrono::milliseconds first_delay{100};      ///< after one death at start; doubles with each further one
    std::chrono::milliseconds longest_delay{5'000};
    unsigned hopeless_after = 10;  ///< deaths at start, if no worker has lived, until the pool is given up
};

/// Tracks the workers of a pool by slot, 0 to slots - 1. Each slot has one worker or none. `now` must not decrease
/// between calls.
class restart_policy {
public:
    using time_point = std::chrono::steady_clock::time_point;

    explicit restart_policy(unsigned slots, restart_limits limits = {});

    /// A worker was started in the slot.
    void started(unsigned slot, time_point now);

    /// The slot's worker ended. Returns when to start the next one: at once if the worker had lived, else after the
    /// delay.
    time_point ended(unsigned slot, time_point now);

    /// The slot's worker could not be started. Returns when to retry. Does not count as a death at start.
    time_point start_failed(unsigned slot, time_point now);

    /// True when no worker has ever lived, and so many died at start that more attempts are pointless.
    bool hopeless() const noexcept;

private:
    struct slot_state {
        bool running = false;
        time_point since{};
        std::chrono::milliseconds delay{0};  ///< the last delay; 0: none since a worker lived
    };

    time_point delayed(slot_state& slot, time_point now) const;
    bool lived(const slot_state& slot, time_point now) const;

    restart_limits limits_;
    std::vector<slot_state> slots_;
    unsigned deaths_at_start_ = 0;
    bool any_lived_ = false;
};

}  // namespace wampfcgi::process
