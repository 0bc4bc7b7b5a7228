// Owns an entry of `credentials`: how sessions of one role log in, and what they tell the router beside.
#pragma once

#include "config/section.hpp"
#include "wampfcgi/core/settings.hpp"

#include <optional>

namespace wampfcgi::config {

/// Reads the entry; a value that is faulty is left out, and that is reported.
std::optional<credentials> read_login(const entry& from);

}  // namespace wampfcgi::config
