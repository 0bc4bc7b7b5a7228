// Owns the memory layout of the counters: for a process, for a pool, and for the directory of series. It is the same
// for all processes of one build of the program.
#pragma once

#include "wampfcgi/bridge/meter.hpp"
#include "wampfcgi/core/worker_end.hpp"
#include "wampfcgi/metrics/process_cells.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace wampfcgi::metrics {

using bridge::cell;

/// Written by the supervisor.
struct pool_cells {
    cell started;  ///< seconds since 1970
    cell workers_wanted;
    cell workers_started;
    std::array<cell, worker_ends> workers_ended;
    cell reloads_good;
    cell reloads_bad;
    cell last_reload;  ///< seconds since 1970; 0: none yet
    cell last_reload_was_good;
    cell max_in_flight;
    cell max_streams;
    cell signatures_capacity;
};

/// A service is an entry of `paths`; a session stands for a realm and role. folded, in a total only, names a file that
/// the total includes, and has no cells.
enum class series_kind : std::uint32_t { service, session, folded, store };

/// The labels of a series, and the offset of its cells in every slot. Written once, by the owner of the memory.
struct series {
    series_kind kind;
    std::uint32_t offset;  ///< bytes from the start of a slot
    std::uint32_t text;    ///< offset of its two labels, concatenated, among the texts
    std::uint32_t first_length;
    std::uint32_t second_length;
    std::uint32_t padding;
    std::uint64_t statuses;  ///< of a service: its possible statuses
    std::uint64_t refusals;
};

struct area_header {
    std::uint64_t magic;
    std::uint64_t layout;  ///< differs when the layout differs
    std::uint32_t slots;
    std::uint32_t slot_bytes;
    std::uint32_t most_series;
    std::uint32_t text_bytes;
    cell series_count;  ///< set once the series is complete
    cell text_used;
    cell fold_sequence;  ///< odd while a slot is folded into the total
    pool_cells pool;
};

}  // namespace wampfcgi::metrics
