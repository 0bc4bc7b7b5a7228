// Owns the table of metric families for both formats that Prometheus reads: names, types, units, help texts and
// samples.
#pragma once

#include "wampfcgi/metrics/snapshot.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wampfcgi::metrics {

enum class family_type { counter, gauge, histogram, info };

/// Labels and their values, in the order of writing.
using label_list = std::vector<std::pair<std::string_view, std::string>>;

struct sample {
    label_list labels;
    std::string value;                     ///< as written
    const histogram* durations = nullptr;  ///< in place of a value
};

struct family {
    std::string_view name;  ///< without the suffix for its type ("_total", "_info")
    family_type type = family_type::gauge;
    std::string_view unit;  ///< "seconds", "bytes" or empty; the name ends with it
    std::string_view help;
    std::vector<sample> samples;  ///< a family without samples is not written
};

/// Whether to include the figures of each worker.
enum class detail { sums, each_worker };

/// All families. Their samples point into `now`.
std::vector<family> families_of(const snapshot& now, detail how_much);

}  // namespace wampfcgi::metrics
