// Owns the checks of how a request arrived that services have in common (contract section 3, "Order of the checks": up
// to the origin).
#pragma once

#include "wampfcgi/bridge/answer.hpp"
#include "wampfcgi/core/request.hpp"
#include "wampfcgi/core/response.hpp"
#include "wampfcgi/core/settings.hpp"

#include <variant>

namespace wampfcgi::bridge {

/// The final answer, to OPTIONS as well; or the CORS headers for whatever answer there will be.
std::variant<answer, header_list> check_arrival(const request& req, const service_options& options);

}  // namespace wampfcgi::bridge
