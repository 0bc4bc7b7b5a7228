// Owns the `options` of a service.
#pragma once

#include "config/section.hpp"
#include "wampfcgi/core/settings.hpp"

#include <optional>

namespace wampfcgi::config {

/// Reads the options; a faulty one keeps its default, and is reported.
std::optional<service_options> read_options(const entry& from, service_type type);

}  // namespace wampfcgi::config
