// Owns reading `secret` and `secret_file`, which stand for one another wherever there is a secret.
#pragma once

#include "section.hpp"
#include "wampfcgi/config/config.hpp"

#include <optional>
#include <string>

namespace wampfcgi::config {

/// True if `secret` or `secret_file`, right or wrong, is there.
bool has_secret(const section& where);

/// Reads `secret`, or the file that `secret_file` names, and refuses both together.
std::optional<std::string> read_secret(section& where, const file_reader& read_file);

}  // namespace wampfcgi::config
