// Owns reading `secret` and `secret_file`, which stand for one another wherever there is a secret or a private key.
#pragma once

#include "config/section.hpp"
#include "wampfcgi/config/config.hpp"

#include <optional>
#include <string>

namespace wampfcgi::config {

/// True if `secret` or `secret_file`, right or wrong, is there.
bool has_secret(const section& where);

/// Reads `secret`, or the file that `secret_file` names, and refuses both together.
std::optional<std::string> read_secret(section& where, const file_reader& read_file);

/// The 32 bytes of the Ed25519 key whose digits `secret` has, or that is in the file which `secret_file` or
/// `private_key_file` names. Exactly one of the three has to be there.
std::optional<std::string> read_private_key(section& where, const file_reader& read_file);

}  // namespace wampfcgi::config
