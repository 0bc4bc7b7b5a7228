#pragma once
// The primitives for logins, all from OpenSSL.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wampfcgi::devrouter {

std::string random_bytes(std::size_t count);
/// 1 to 2^53, the range of WAMP session ids.
std::uint64_t random_id();
/// The standard alphabet, with padding.
std::string base64(std::string_view bytes);
/// Nothing for text that base64() never returns.
std::optional<std::string> from_base64(std::string_view text);
/// In lower case.
std::string hex(std::string_view bytes);
std::optional<std::string> from_hex(std::string_view text);
std::string hmac_sha256(std::string_view key, std::string_view text);
std::string pbkdf2_sha256(std::string_view secret, std::string_view salt, int iterations, std::size_t key_bytes);
inline constexpr std::size_t public_key_bytes = 32;  // of Ed25519

bool ed25519_verifies(std::string_view public_key, std::string_view message, std::string_view signature);
/// Compares in constant time.
bool same_secret(std::string_view one, std::string_view other);

}  // namespace wampfcgi::devrouter
