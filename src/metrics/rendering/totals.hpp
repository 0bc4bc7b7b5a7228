// Owns the sums over the workers and services of a pool, which every format shows.
#pragma once

#include "wampfcgi/metrics/snapshot.hpp"

#include <cstdint>
#include <string_view>

namespace wampfcgi::metrics {

/// What is in use, and the most that may be. A limit of 0: nobody is there to have one.
struct usage {
    std::uint64_t used = 0;
    std::uint64_t limit = 0;
};

struct totals {
    std::uint64_t starting = 0;  ///< workers
    std::uint64_t serving = 0;
    std::uint64_t draining = 0;
    bool store_answers = true;  ///< to a worker that serves
    usage calls;                ///< of the services; the limit is that of all workers that take or finish requests
    usage event_streams;
    std::uint64_t call_streams = 0;
    usage descriptors;
    std::uint64_t memory_bytes = 0;
    std::uint64_t processor_us = 0;  ///< of workers that have ended, too
    std::uint64_t connections = 0;
    std::uint64_t waiting = 0;       ///< requests, for a session
    std::uint64_t queued_bytes = 0;  ///< on their way to the router
};

totals sum_up(const snapshot& now);

/// "starting", "serving" or "draining".
std::string_view name_of(worker_figures::phase state);

/// All of a histogram's.
std::uint64_t count_of(const histogram& durations);

/// What the map's values amount to.
template <class Map>
std::uint64_t sum_of(const Map& counts)
{
    std::uint64_t sum = 0;
    for (const auto& [name, count] : counts)
        sum += count;
    return sum;
}

}  // namespace wampfcgi::metrics
