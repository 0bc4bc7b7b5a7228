// Owns the list of services that the console page offers.
#pragma once

#include "wampfcgi/core/settings.hpp"

#include <string>
#include <vector>

namespace wampfcgi::codec {

/// JSON, {"console": PATH, "services": [...]}. Lists every service that a browser can use, with path, type, realm,
/// role, methods, whether it is signed, has streams and needs TLS, and its procedure or its allowed procedure and topic
/// patterns (left out when everything is allowed). Contains nothing about keys.
std::string service_list(const std::vector<service_settings>& services, const service_settings& console);

}  // namespace wampfcgi::codec
