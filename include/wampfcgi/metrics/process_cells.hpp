// Owns the figures that a process reports about itself.
#pragma once

#include "wampfcgi/bridge/meter.hpp"

#include <cstdint>

namespace wampfcgi::metrics {

enum class process_phase : std::uint64_t { starting, serving, draining };

struct process_cells {
    bridge::cell is_taken;  ///< 1: belongs to a process that is not known to be dead
    bridge::cell pid;
    bridge::cell started;  ///< seconds since 1970
    bridge::cell phase;
    bridge::cell connections;
    bridge::cell memory_bytes;
    bridge::cell descriptors;
    bridge::cell descriptors_limit;
    bridge::cell processor_us;
    bridge::cell signatures_remembered;  ///< by all processes, as far as this one knows; 0 without replay protection

    void begin(std::uint64_t own_pid) noexcept;
    void set(process_phase now) noexcept { phase.set(static_cast<std::uint64_t>(now)); }

    /// Updates the figures that the operating system has about this process.
    void measure() noexcept;
};

}  // namespace wampfcgi::metrics
