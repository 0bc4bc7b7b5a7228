// Owns the format of private keys that ssh-keygen writes (OpenSSH, PROTOCOL.key).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace wampfcgi::checks {

/// The 32 bytes (seed) of the one unencrypted Ed25519 key in `base64`, which is what stands between the lines BEGIN and
/// END. Nothing when there is none.
std::optional<std::string> read_openssh_key(std::string_view base64);

}  // namespace wampfcgi::checks
