// Owns where a process counts that has no supervisor.
#pragma once

#include "wampfcgi/core/settings.hpp"
#include "wampfcgi/metrics/figures_place.hpp"

#include <cstdint>
#include <memory>
#include <optional>

namespace wampfcgi::app {

struct own_figures {
    std::unique_ptr<metrics::figures_place> place;
    std::optional<std::uint32_t> slot;
};

/// Where a service shows figures: in a file beside those of the user's other processes; elsewhere, and where no file
/// can be made, which the log then says: in memory of its own. `config` must outlive it.
own_figures find_own_figures(const settings& config);

}  // namespace wampfcgi::app
