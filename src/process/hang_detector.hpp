// Owns the decision which workers hang: those that were silent for too long. Kills nothing and owns no clock.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <sys/types.h>
#include <vector>

namespace wampfcgi::process {

/// Counts only time in which this process was running itself: when the whole pool or the machine was stopped, the
/// workers had no chance to report.
class hang_detector {
public:
    using time_point = std::chrono::steady_clock::time_point;

    /// How often to check, and how long a worker may be silent.
    struct timing {
        std::chrono::milliseconds look_every;  ///< workers are expected to report as often
        std::chrono::milliseconds patience;    ///< a worker silent for this long hangs
    };

    explicit hang_detector(timing given) noexcept : given_(given) {}

    void began(pid_t pid, time_point now);
    void ended(pid_t pid) noexcept { silent_.erase(pid); }
    void heard(pid_t pid) noexcept;

    /// Returns workers that hang; each again after another silence of that length. `now` must not decrease between
    /// calls. Call it after all reports were read.
    std::vector<pid_t> find_hanging(time_point now);

    /// When to check next.
    std::optional<time_point> next_look() const noexcept;

private:
    timing given_;
    time_point looked_{};
    std::map<pid_t, std::chrono::nanoseconds> silent_;  // time of silence
};

}  // namespace wampfcgi::process
