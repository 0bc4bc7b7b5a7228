// Owns which service a request is for.
#pragma once

#include "wampfcgi/core/request.hpp"
#include "wampfcgi/core/settings.hpp"

#include <string_view>
#include <vector>

namespace wampfcgi::checks {

/// The service whose path the request names, exactly and whole, or null (not_found). With a `mount` that is cut off the
/// front of SCRIPT_NAME + PATH_INFO, else PATH_INFO decides alone. The result points into `services`.
const service_settings* find_service(const request& req, std::string_view mount,
                                     const std::vector<service_settings>& services);

}  // namespace wampfcgi::checks
