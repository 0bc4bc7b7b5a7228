// Owns the interface of a process's counters, shared with other processes or not.
#pragma once

#include "wampfcgi/bridge/meter.hpp"
#include "wampfcgi/metrics/process_cells.hpp"
#include "wampfcgi/metrics/snapshot.hpp"

#include <cstdint>
#include <memory>
#include <optional>

namespace wampfcgi::metrics {

class figures_place {
public:
    virtual ~figures_place() = default;

    /// The meter of this process; it must not outlive the figures_place. Without a slot, nothing reads what it counts.
    virtual std::unique_ptr<bridge::meter> meter_for(std::optional<std::uint32_t> slot) = 0;
    virtual process_cells& process(std::optional<std::uint32_t> slot) = 0;

    /// The figures of all processes. `listen_fd` is the listening socket; -1: none.
    virtual snapshot look(int listen_fd) const = 0;
};

}  // namespace wampfcgi::metrics
