// Owns the `tls` section, which the router and the store have alike.
#pragma once

#include "config/section.hpp"
#include "wampfcgi/core/settings.hpp"

#include <optional>

namespace wampfcgi::config {

/// Reads the section and the files that it names; one that is faulty is left out, and that is reported.
std::optional<tls_settings> read_tls(const entry& from);

}  // namespace wampfcgi::config
