// Owns the `paths` section: the services, their paths and options; and the path at which the program is mounted.
#pragma once

#include "config/section.hpp"
#include "wampfcgi/core/settings.hpp"

#include <optional>
#include <string>
#include <vector>

namespace wampfcgi::config {

/// Reads the section; a faulty value keeps its default, and is reported.
std::optional<std::vector<service_settings>> read_services(const entry& from);

/// Reads `mount`: "/", or a slash followed by names joined by single slashes. Drops a slash at the end: "/wamp/" means
/// "/wamp".
std::optional<std::string> read_mount(const entry& from);

}  // namespace wampfcgi::config
