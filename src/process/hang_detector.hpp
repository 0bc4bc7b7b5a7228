// Owns the decision which workers hang: those from which nothing has been heard for long enough. It kills nothing and
// has no clock.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <sys/types.h>
#include <vector>

namespace wampfcgi::process {

/// Counts only time in which this process itself was running: when a whole pool, or the machine, was stopped for a
/// while, nobody has been silent meanwhile.
class hang_detector {
public:
    using time_point = std::chrono::steady_clock::time_point;

    /// How often to look, and for how long to be patient.
    struct timing {
        std::chrono::milliseconds look_every;  ///< a worker is expected to be heard as often
        std::chrono::milliseconds patience;    ///< after so long a silence it hangs
    };

    explicit hang_detector(timing given) noexcept : given_(given) {}

    void began(pid_t pid, time_point now);
    void ended(pid_t pid) noexcept { silent_.erase(pid); }
    void heard(pid_t pid) noexcept;

    /// Returns those that hang; each again when it was silent for as long once more. To be called with a `now` not
    /// before that of the call before it, after everything that was sent has been heard.
    std::vector<pid_t> find_hanging(time_point now);

    /// When to look next.
    std::optional<time_point> next_look() const noexcept;

private:
    timing given_;
    time_point looked_{};
    std::map<pid_t, std::chrono::nanoseconds> silent_;  // for how long
};

}  // namespace wampfcgi::process
