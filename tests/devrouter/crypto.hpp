#pragma once
// The few primitives that logins need; all of them are OpenSSL's.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wampfcgi::devrouter {

std::string random_bytes(std::size_t count);
/// 1 to 2^53, as WAMP wants the ids of sessions.
std::uint64_t random_id();
/// The standard alphabet, with padding.
std::string base64(std::string_view bytes);
/// Nothing for what base64() does not give for any bytes.
std::optional<std::string> from_base64(std::string_view text);
/// In small letters.
std::string hex(std::string_view bytes);
std::optional<std::string> from_hex(std::string_view text);
std::string hmac_sha256(std::string_view key, std::string_view text);
std::string pbkdf2_sha256(std::string_view secret, std::string_view salt, int iterations, std::size_t key_bytes);
inline constexpr std::size_t public_key_bytes = 32;  // of Ed25519

bool ed25519_verifies(std::string_view public_key, std::string_view message, std::string_view signature);
/// Takes the same time wherever they differ.
bool same_secret(std::string_view one, std::string_view other);

}  // namespace wampfcgi::devrouter
