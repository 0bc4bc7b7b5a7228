// Owns the `router` section: the routers' URLs, logins by role, TLS. Connecting to them is wamp/'s business.
#pragma once

#include "config/section.hpp"
#include "wampfcgi/core/settings.hpp"

#include <optional>

namespace wampfcgi::config {

/// Reads the section; a value that is faulty keeps its default, and that is reported.
std::optional<router_settings> read_router(const entry& from);

}  // namespace wampfcgi::config
