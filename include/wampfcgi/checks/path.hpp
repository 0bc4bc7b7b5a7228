// Owns which service a request is for.
#pragma once

#include "wampfcgi/core/request.hpp"
#include "wampfcgi/core/settings.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wampfcgi::checks {

/// The service whose path the request names, exactly and whole, or null (not_found). With a `mount` that is cut off the
/// front of SCRIPT_NAME + PATH_INFO, else PATH_INFO decides alone. A status also has the paths "ping" and "ready" below
/// its own, where no other service has them. The result points into `services`.
const service_settings* find_service(const request& req, std::string_view mount,
                                     const std::vector<service_settings>& services);

/// The key of `paths` that the request's path spells, whether or not there is such a service.
std::optional<std::string> spelled_key(const request& req, std::string_view mount);

}  // namespace wampfcgi::checks
