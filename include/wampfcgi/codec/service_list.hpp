// Owns what the console's page is told of the services that it can try.
#pragma once

#include "wampfcgi/core/settings.hpp"

#include <string>
#include <vector>

namespace wampfcgi::codec {

/// JSON, {"console": PATH, "services": [...]}: of each service that a browser can use its path, type, realm, role,
/// methods, whether it is signed, has streams, and needs TLS, its procedure, or the patterns of those and of topics
/// that it allows, which are left out where all are. Nothing of keys.
std::string service_list(const std::vector<service_settings>& services, const service_settings& console);

}  // namespace wampfcgi::codec
