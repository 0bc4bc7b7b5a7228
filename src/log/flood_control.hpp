// Owns what is done about a message that comes again and again. Owns no clock: times are arguments.
#pragma once

#include "wampfcgi/core/errc.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace wampfcgi::log {

/// Ten lines of a kind are let through in ten seconds; how many more there were is told in one line when the ten
/// seconds are over and any line comes.
class flood_control {
public:
    using time_point = std::chrono::steady_clock::time_point;

    static constexpr std::size_t most_lines = 10;
    static constexpr std::chrono::seconds window{10};
    static constexpr std::size_t most_kinds = 32;  ///< remembered at once; the oldest makes room

    /// A line to be written.
    struct summary {
        log_level level;
        std::string text;
    };

    /// The summaries that are due by now; first of all, before any line.
    std::vector<summary> due(time_point now);

    /// Whether one more line of this kind is to be written. What must be said about a kind that made room for this one
    /// is added to `dropped`.
    bool admits(log_level level, std::string_view kind, time_point now, std::vector<summary>& dropped);

    /// All summaries that are still owed.
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

    std::vector<series> all_;  // the oldest first
};

}  // namespace wampfcgi::log
