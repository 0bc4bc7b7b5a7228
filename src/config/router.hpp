// Owns the `router` section: URLs, logins by role, TLS. wamp/ connects to the routers.
#pragma once

#include "config/section.hpp"
#include "wampfcgi/core/settings.hpp"

#include <optional>

namespace wampfcgi::config {

/// Reads the section; a faulty value keeps its default, and is reported.
std::optional<router_settings> read_router(const entry& from);

}  // namespace wampfcgi::config
