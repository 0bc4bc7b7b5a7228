// Owns the `router` section.
#pragma once

#include "config/section.hpp"
#include "wampfcgi/config/config.hpp"
#include "wampfcgi/core/settings.hpp"

#include <optional>

namespace wampfcgi::config {

/// Reads the section; a value that is faulty keeps its default, and the report says so.
std::optional<router_settings> read_router(const entry& from, const file_reader& read_file);

}  // namespace wampfcgi::config
