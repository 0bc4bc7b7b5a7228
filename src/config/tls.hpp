// Owns the `tls` section, which is the same for the router and the store.
#pragma once

#include "config/section.hpp"
#include "wampfcgi/core/settings.hpp"

#include <optional>

namespace wampfcgi::config {

/// Reads the section and the files that it names; omits and reports a faulty one.
std::optional<tls_settings> read_tls(const entry& from);

}  // namespace wampfcgi::config
