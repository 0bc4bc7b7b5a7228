// Owns the shape of the memory that processes count in: what one process has, what a pool has, and how a series is
// found. The bytes are the same for all processes of one build of the program.
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
    cell last_reload;  ///< seconds since 1970; 0: there was none
    cell last_reload_was_good;
    cell max_in_flight;
    cell max_streams;
    cell signatures_capacity;
};

/// What belongs to one entry of `paths`, to the sessions in a realm with a role, or to the store; and in a total the
/// name of a file that is in it, which has no cells.
enum class series_kind : std::uint32_t { service, session, folded, store };

/// Where the cells of a series are in every slot, and its labels. Written once, by the owner of the memory.
struct series {
    series_kind kind;
    std::uint32_t offset;  ///< in a slot, bytes
    std::uint32_t text;    ///< offset among the texts: the two labels, one behind the other
    std::uint32_t first_length;
    std::uint32_t second_length;
    std::uint32_t padding;
    std::uint64_t statuses;  ///< of a service: what it can answer
    std::uint64_t refusals;
};

struct area_header {
    std::uint64_t magic;
    std::uint64_t layout;  ///< differs where the shape differs
    std::uint32_t slots;
    std::uint32_t slot_bytes;
    std::uint32_t most_series;
    std::uint32_t text_bytes;
    cell series_count;  ///< set when the series is whole
    cell text_used;
    cell fold_sequence;  ///< odd while figures move from a slot to the total
    pool_cells pool;
};

}  // namespace wampfcgi::metrics
