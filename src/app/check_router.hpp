// Owns trying the configured sessions at the router.
#pragma once

#include "wampfcgi/core/settings.hpp"

namespace wampfcgi::app {

/// Joins and leaves a session for each realm and role of the services, all at once. Reports each on standard output, or
/// in the log why joining failed. Returns false when one was not joined within connect_timeout.
bool check_router(const settings& config);

}  // namespace wampfcgi::app
