// Owns the private key format of ssh-keygen (OpenSSH, PROTOCOL.key).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace wampfcgi::checks {

/// The 32 bytes (seed) of the single, unencrypted Ed25519 key in `base64`, the text between the lines BEGIN and END.
/// Nothing when it has another form.
std::optional<std::string> read_openssh_key(std::string_view base64);

}  // namespace wampfcgi::checks
