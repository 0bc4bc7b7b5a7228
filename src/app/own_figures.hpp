// Owns the choice of where a process without a supervisor counts.
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

/// If a service shows figures: a file beside those of the user's other processes. Otherwise, or if the file cannot be
/// created (the log then says so): private memory. `config` must outlive the result.
own_figures find_own_figures(const settings& config);

}  // namespace wampfcgi::app
