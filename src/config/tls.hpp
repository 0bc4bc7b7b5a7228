// Owns the `tls` section of the router. Its files are read with it: the workers may not be allowed to.
#pragma once

#include "config/section.hpp"
#include "wampfcgi/config/config.hpp"
#include "wampfcgi/core/settings.hpp"

#include <optional>

namespace wampfcgi::config {

/// Reads the section; a file that cannot be read, or does not hold what it should, is a mistake.
std::optional<tls_settings> read_tls(const entry& from, const file_reader& read_file);

}  // namespace wampfcgi::config
