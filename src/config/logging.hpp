// Owns the `log` section.
#pragma once

#include "config/section.hpp"
#include "wampfcgi/core/settings.hpp"

#include <optional>

namespace wampfcgi::config {

std::optional<log_settings> read_log(const entry& from);

}  // namespace wampfcgi::config
