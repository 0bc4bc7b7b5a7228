// Owns the `paths` section: the caller services and their options.
#pragma once

#include "config/section.hpp"
#include "wampfcgi/config/config.hpp"
#include "wampfcgi/core/settings.hpp"

#include <optional>
#include <vector>

namespace wampfcgi::config {

/// Reads the section; a value that is faulty keeps its default, and the report says so.
std::optional<std::vector<service_settings>> read_services(const entry& from, const file_reader& read_file);

}  // namespace wampfcgi::config
