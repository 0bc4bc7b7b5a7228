// Owns the signatures of a WAMP-cryptosign login (WAMP specification, "Cryptosign-based Authentication").
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace wampfcgi::wamp {

/// The public key, 64 hexadecimal digits, that belongs to an Ed25519 private key of 32 bytes. Nothing when it is none.
std::optional<std::string> cryptosign_public_key(std::string_view private_key);

/// The signature for AUTHENTICATE: the challenge's 32 bytes signed (RFC 8032), followed by them, all in hexadecimal
/// digits. Nothing when `challenge` is not 64 hexadecimal digits.
std::optional<std::string> cryptosign_signature(std::string_view private_key, std::string_view challenge);

}  // namespace wampfcgi::wamp
