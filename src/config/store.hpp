// Owns the `store` section: the Valkey or Redis that machines share. Connecting to it is store/'s business.
#pragma once

#include "config/section.hpp"
#include "wampfcgi/core/settings.hpp"

#include <optional>

namespace wampfcgi::config {

/// Reads the section; a value that is faulty keeps its default, and that is reported.
std::optional<store_settings> read_store(const entry& from);

}  // namespace wampfcgi::config
