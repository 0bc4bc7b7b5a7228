#pragma once
// The few primitives that logins need; all of them are OpenSSL's.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace wampfcgi::devrouter {

std::string random_bytes(std::size_t count);
/// 1 to 2^53, as WAMP wants the ids of sessions.
std::uint64_t random_id();
/// The standard alphabet, with padding.
std::string base64(std::string_view bytes);
std::string hmac_sha256(std::string_view key, std::string_view text);
std::string pbkdf2_sha256(std::string_view secret, std::string_view salt, int iterations, std::size_t key_bytes);
/// Takes the same time wherever they differ.
bool same_secret(std::string_view one, std::string_view other);

}  // namespace wampfcgi::devrouter
