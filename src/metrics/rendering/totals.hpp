// Owns sums over the workers and services of a pool, for all formats.
#pragma once

#include "wampfcgi/metrics/snapshot.hpp"

#include <cstdint>
#include <string_view>

namespace wampfcgi::metrics {

/// An amount in use, and its limit. A limit of 0: there is no worker.
struct usage {
    std::uint64_t used = 0;
    std::uint64_t limit = 0;
};

struct totals {
    std::uint64_t starting = 0;  ///< workers
    std::uint64_t serving = 0;
    std::uint64_t draining = 0;
    bool store_answers = true;  ///< as seen by serving workers
    usage calls;                ///< limit: of all serving and draining workers
    usage event_streams;
    std::uint64_t call_streams = 0;
    usage descriptors;
    std::uint64_t memory_bytes = 0;
    std::uint64_t processor_us = 0;  ///< including ended workers
    std::uint64_t connections = 0;
    std::uint64_t waiting = 0;       ///< requests waiting for a session
    std::uint64_t queued_bytes = 0;  ///< not yet sent to the router
};

totals sum_up(const snapshot& now);

/// "starting", "serving" or "draining".
std::string_view name_of(worker_figures::phase state);

/// The number of durations in a histogram.
std::uint64_t count_of(const histogram& durations);

/// The sum of the map's values.
template <class Map>
std::uint64_t sum_of(const Map& counts)
{
    std::uint64_t sum = 0;
    for (const auto& [name, count] : counts)
        sum += count;
    return sum;
}

}  // namespace wampfcgi::metrics
