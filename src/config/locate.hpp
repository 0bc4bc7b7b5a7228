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
    std::function<std::string(const std::string& path)> why_missing;  ///< empty when the file is there
};

/// The file to use: the first of --config's `option`, the variable, the user's own file if it exists, the system's.
std::string choose_file(const std::optional<std::string>& option, const surroundings& here);

/// Where a file was looked for, when none is named and none is there; otherwise empty.
std::string why_there_is_none(const std::optional<std::string>& option, const surroundings& here);

}  // namespace wampfcgi::config
