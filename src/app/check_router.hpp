// Owns trying the sessions of a configuration at its router.
#pragma once

#include "wampfcgi/core/settings.hpp"

namespace wampfcgi::app {

/// Joins a session for each realm and role of the services, all at once, and leaves it. Tells each on standard output,
/// or in the log why it cannot be joined. False where one was not joined within connect_timeout.
bool check_router(const settings& config);

}  // namespace wampfcgi::app
