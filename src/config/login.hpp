// Owns an entry of `credentials`: how sessions of one role log in.
#pragma once

#include "config/section.hpp"
#include "wampfcgi/config/config.hpp"
#include "wampfcgi/core/settings.hpp"

#include <optional>

namespace wampfcgi::config {

/// Reads the entry; a value that is faulty is left out, and the report says so.
std::optional<credentials> read_login(const entry& from, const file_reader& read_file);

}  // namespace wampfcgi::config
