// Owns the order of the places where the configuration file is looked for.
#pragma once

#include <functional>
#include <optional>
#include <string>

namespace wampfcgi::config {

/// What the choice of the file depends on.
struct surroundings {
    std::optional<std::string> variable;  ///< WAMP_FCGI_CONFIG; empty counts as not set
    std::optional<std::string> home;      ///< of the process's user, from the password database
    std::function<bool(const std::string& path)> exists;
};

/// The file to use: the first of --config's `option`, the variable, the user's own file if it exists, the system's.
std::string choose_file(const std::optional<std::string>& option, const surroundings& here);

}  // namespace wampfcgi::config
