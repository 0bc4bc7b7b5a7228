// Owns finding the configuration file in its possible places, and reading it.
#pragma once

#include "wampfcgi/core/trouble.hpp"

#include <functional>
#include <optional>
#include <string>

namespace wampfcgi::config {

/// What determines the choice of the file.
struct surroundings {
    std::optional<std::string> variable;  ///< WAMP_FCGI_CONFIG; an empty one counts as unset
    std::optional<std::string> home;      ///< home of the process's user in the password database
    std::function<result<void, trouble>(const std::string& path)> look_for;  ///< why the file is missing
};

/// The file to use: the first of --config's `option`, the variable, the user's own file if it exists, the system's
/// file.
std::string choose_file(const std::optional<std::string>& option, const surroundings& here);

/// Fails if no file is named and none exists. The trouble lists the places searched.
result<void, trouble> look_for_file(const std::optional<std::string>& option, const surroundings& here);

}  // namespace wampfcgi::config
