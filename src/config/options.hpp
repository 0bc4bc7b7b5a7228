// Owns the `options` of a caller service.
#pragma once

#include "config/section.hpp"
#include "wampfcgi/config/config.hpp"
#include "wampfcgi/core/settings.hpp"

#include <optional>

namespace wampfcgi::config {

/// Reads the options; one that is faulty keeps its default, and the report says so.
std::optional<service_options> read_options(const entry& from, const file_reader& read_file);

}  // namespace wampfcgi::config
