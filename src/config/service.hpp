// Owns the `paths` section: where services are, which, and their options; and where the program is mounted.
#pragma once

#include "config/section.hpp"
#include "wampfcgi/core/settings.hpp"

#include <optional>
#include <string>
#include <vector>

namespace wampfcgi::config {

/// Reads the section; a value that is faulty keeps its default, and that is reported.
std::optional<std::vector<service_settings>> read_services(const entry& from);

/// Reads `mount`: "/", or a slash and names joined by single slashes. A slash at the end is dropped: "/wamp/" means
/// what
/// "/wamp" does.
std::optional<std::string> read_mount(const entry& from);

}  // namespace wampfcgi::config
