// Owns finding the configuration file, in the order of the places where it may be, and reading it.
#pragma once

#include "wampfcgi/core/trouble.hpp"

#include <functional>
#include <optional>
#include <string>

namespace wampfcgi::config {

/// What the choice of the file depends on.
struct surroundings {
    std::optional<std::string> variable;  ///< WAMP_FCGI_CONFIG; empty counts as not set
    std::optional<std::string> home;      ///< of the process's user, from the password database
    std::function<result<void, trouble>(const std::string& path)> look_for;  ///< says why the file is not there
};

/// The file to use: the first of --config's `option`, the variable, the user's own file if it exists, the system's.
std::string choose_file(const std::optional<std::string>& option, const surroundings& here);

/// Fails where none is named and none is there. The trouble says which places were looked at.
result<void, trouble> look_for_file(const std::optional<std::string>& option, const surroundings& here);

}  // namespace wampfcgi::config
