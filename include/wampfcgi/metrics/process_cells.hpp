// Owns what each process tells of itself.
#pragma once

#include "wampfcgi/bridge/meter.hpp"

#include <cstdint>

namespace wampfcgi::metrics {

enum class process_phase : std::uint64_t { starting, serving, draining };

struct process_cells {
    bridge::cell is_taken;  ///< 1: belongs to a process that has not been found dead yet
    bridge::cell pid;
    bridge::cell started;  ///< seconds since 1970
    bridge::cell phase;
    bridge::cell connections;
    bridge::cell memory_bytes;
    bridge::cell descriptors;
    bridge::cell descriptors_limit;
    bridge::cell processor_us;
    bridge::cell signatures_remembered;  ///< by all processes, as this one knows; 0 where nothing is

    void begin(std::uint64_t own_pid) noexcept;
    void set(process_phase now) noexcept { phase.set(static_cast<std::uint64_t>(now)); }

    /// Writes what the system says of this process.
    void measure() noexcept;
};

}  // namespace wampfcgi::metrics
