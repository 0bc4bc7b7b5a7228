// Owns checking, without creating anything, that the configured files and folders can be used.
#pragma once

#include "wampfcgi/core/settings.hpp"

namespace wampfcgi::app {

/// Checks, as the current user, the log file and the folder for signed requests. For a file that a start would create,
/// checks only that it can be created. Returns false when one cannot be used; the log then says why.
bool check_places(const settings& config);

}  // namespace wampfcgi::app
