// Owns the table of metric families, from which both forms that Prometheus reads are written: names, types, units, help
// and the samples of each.
#pragma once

#include "wampfcgi/metrics/snapshot.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wampfcgi::metrics {

enum class family_type { counter, gauge, histogram, info };

/// Labels with what they say, in the order in which they are written.
using label_list = std::vector<std::pair<std::string_view, std::string>>;

struct sample {
    label_list labels;
    std::string value;                     ///< as it is written
    const histogram* durations = nullptr;  ///< in the place of a value
};

struct family {
    std::string_view name;  ///< without the suffix that a type brings ("_total", "_info")
    family_type type = family_type::gauge;
    std::string_view unit;  ///< "seconds", "bytes" or nothing; the name ends with it
    std::string_view help;
    std::vector<sample> samples;  ///< a family without any is not written
};

/// What is given of each worker.
enum class detail { sums, each_worker };

/// All families. Their samples point into `now`.
std::vector<family> families_of(const snapshot& now, detail how_much);

}  // namespace wampfcgi::metrics
