// Owns the choice of the service by the request's path.
#pragma once

#include "wampfcgi/core/request.hpp"
#include "wampfcgi/core/settings.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wampfcgi::checks {

/// Finds the service whose path equals the request's path, or null (not_found). With a `mount`, the path is SCRIPT_NAME
/// + PATH_INFO without that prefix; otherwise it is PATH_INFO. A status service also answers "ping" and "ready" below
/// its path, unless another service has that path. The result points into `services`.
const service_settings* find_service(const request& req, std::string_view mount,
                                     const std::vector<service_settings>& services);

/// The key of `paths` that the request's path stands for, whether or not there is such a service.
std::optional<std::string> spelled_key(const request& req, std::string_view mount);

}  // namespace wampfcgi::checks
