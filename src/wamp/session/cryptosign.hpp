// Owns the signatures for WAMP-cryptosign logins (WAMP specification, "Cryptosign-based Authentication").
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace wampfcgi::wamp {

/// The public key, as 64 hexadecimal digits, of an Ed25519 private key of 32 bytes. Nothing for an invalid key.
std::optional<std::string> cryptosign_public_key(std::string_view private_key);

/// The signature for AUTHENTICATE: the signature (RFC 8032) of the challenge's 32 bytes, followed by these bytes, all
/// in hexadecimal digits. Nothing when `challenge` is not 64 hexadecimal digits.
std::optional<std::string> cryptosign_signature(std::string_view private_key, std::string_view challenge);

}  // namespace wampfcgi::wamp
