// Owns the `store` section: the Valkey or Redis that several machines share. store/ connects to it.
#pragma once

#include "config/section.hpp"
#include "wampfcgi/core/settings.hpp"

#include <optional>

namespace wampfcgi::config {

/// Reads the section; a faulty value keeps its default, and is reported.
std::optional<store_settings> read_store(const entry& from);

}  // namespace wampfcgi::config
