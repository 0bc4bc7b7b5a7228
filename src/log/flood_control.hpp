// Owns the limit on repetitions of a message. Owns no clock: callers pass times.
#pragma once

#include "wampfcgi/core/errc.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace wampfcgi::log {

/// Allows ten lines of a kind in ten seconds. The number of further ones is reported by one summary, when the ten
/// seconds are over and any line is written.
class flood_control {
public:
    using time_point = std::chrono::steady_clock::time_point;

    static constexpr std::size_t most_lines = 10;
    static constexpr std::chrono::seconds window{10};
    static constexpr std::size_t most_kinds = 32;  ///< remembered at once; the oldest is evicted

    /// A line to write.
    struct summary {
        log_level level;
        std::string text;
    };

    /// The summaries due by now. Call it before any other line is written.
    std::vector<summary> due(time_point now);

    /// True when a further line of this kind is to be written. Adds the summary of an evicted kind to `dropped`.
    bool admits(log_level level, std::string_view kind, time_point now, std::vector<summary>& dropped);

    /// All remaining summaries.
    std::vector<summary> finish();

private:
    struct series {
        log_level level;
        std::string kind;
        time_point first;
        time_point last;
        std::size_t lines = 0;
    };

    static void tell(const series& about, std::vector<summary>& to);

    std::vector<series> all_;  // oldest first
};

}  // namespace wampfcgi::log
