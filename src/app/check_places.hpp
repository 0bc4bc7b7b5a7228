// Owns looking whether the files and folders that a configuration names can be used, without making any.
#pragma once

#include "wampfcgi/core/settings.hpp"

namespace wampfcgi::app {

/// As the user that this process is: the log file, and the folder where signed requests are remembered. What a start
/// would create, it only looks for a place for. False where one cannot be used; the log then says why.
bool check_places(const settings& config);

}  // namespace wampfcgi::app
