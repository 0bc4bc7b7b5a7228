// Owns parsing private keys for WAMP-cryptosign logins, in the usual file formats.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace wampfcgi::checks {

/// Reads the 32 bytes (seed) of an Ed25519 private key from the content of a file: raw bytes, 64 hexadecimal digits, an
/// unencrypted OpenSSH key, or PKCS#8 PEM. Ignores white space around the text formats. Nothing when it is no such key.
std::optional<std::string> read_ed25519_key(std::string_view content);

}  // namespace wampfcgi::checks
