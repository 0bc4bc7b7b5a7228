// Owns the interface of the memory that a process counts in, together with others or alone.
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

    /// Where this process counts; it must not outlive the place. Without a slot it counts for nobody.
    virtual std::unique_ptr<bridge::meter> meter_for(std::optional<std::uint32_t> slot) = 0;
    virtual process_cells& process(std::optional<std::uint32_t> slot) = 0;

    /// Figures of all processes. `listen_fd` is the socket on which requests come; -1: there is none.
    virtual snapshot look(int listen_fd) const = 0;
};

}  // namespace wampfcgi::metrics
