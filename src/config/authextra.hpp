// Owns `authextra`, what a login tells the router beside authid and authmethod.
#pragma once

#include "config/section.hpp"
#include "wampfcgi/core/settings.hpp"

#include <optional>
#include <string>

namespace wampfcgi::config {

/// Reads an object of any values as one MessagePack map. What the login itself puts there is refused.
std::optional<std::string> read_authextra(entry from, authmethod_kind method);

}  // namespace wampfcgi::config
