// Owns an entry of `credentials`: how sessions of one role log in, and what else they tell the router.
#pragma once

#include "config/section.hpp"
#include "wampfcgi/core/settings.hpp"

#include <optional>

namespace wampfcgi::config {

/// Reads the entry; omits and reports a faulty value.
std::optional<credentials> read_login(const entry& from);

}  // namespace wampfcgi::config
