// Owns reading the private keys of WAMP-cryptosign logins from the forms in which people keep them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace wampfcgi::checks {

/// The 32 bytes (seed) of an Ed25519 private key in the content of a file: the raw bytes, 64 hexadecimal digits, an
/// unencrypted OpenSSH key, or PKCS#8 PEM. White space around the text forms does not count. Nothing when it is none.
std::optional<std::string> read_ed25519_key(std::string_view content);

}  // namespace wampfcgi::checks
