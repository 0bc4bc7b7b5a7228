// Owns the `tls` section of the router. Whether its files hold what they should is found out in wamp/.
#pragma once

#include "config/section.hpp"
#include "wampfcgi/config/config.hpp"
#include "wampfcgi/core/settings.hpp"

#include <optional>

namespace wampfcgi::config {

/// Reads the section; a file that cannot be read is a mistake.
std::optional<tls_settings> read_tls(const entry& from, const file_reader& read_file);

}  // namespace wampfcgi::config
