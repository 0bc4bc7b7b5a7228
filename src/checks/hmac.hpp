// Owns the bytes of a signature: computing them with OpenSSL, and reading them from Base64.
#pragma once

#include <array>
#include <initializer_list>
#include <optional>
#include <string_view>

namespace wampfcgi::checks {

/// An HMAC-SHA256.
using hmac_bytes = std::array<unsigned char, 32>;

/// The HMAC-SHA256 of `pieces` as if they were one string. Nothing when OpenSSL fails.
std::optional<hmac_bytes> hmac_sha256(std::string_view secret, std::initializer_list<std::string_view> pieces);

/// Reads Base64, of any form, of exactly 32 bytes. Nothing when it is anything else.
std::optional<hmac_bytes> decode_signature(std::string_view text);

/// Compares in a time that does not depend on what differs.
bool equal_in_constant_time(const hmac_bytes& a, const hmac_bytes& b);

}  // namespace wampfcgi::checks
