// Owns the bytes of a signature: computing them with OpenSSL, and reading them from Base64.
#pragma once

#include <array>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace wampfcgi::checks {

/// An HMAC-SHA256.
using hmac_bytes = std::array<unsigned char, 32>;

/// The HMAC-SHA256 of `pieces` as if they were one string. Nothing when OpenSSL fails.
std::optional<hmac_bytes> hmac_sha256(std::string_view secret, std::initializer_list<std::string_view> pieces);

/// The hash function of an HMAC.
enum class digest { sha1, sha256, sha512 };

/// The bytes of an HMAC of any kind, for requests that are few: each costs a few microseconds more than hmac_sha256()
/// does. Nothing when OpenSSL fails.
std::optional<std::string> hmac(digest by, std::string_view secret, std::span<const std::string_view> pieces);

/// Reads Base64, of any form, of exactly 32 bytes. Nothing when it is anything else.
std::optional<hmac_bytes> decode_signature(std::string_view text);

/// Compares in a time that does not depend on what differs.
bool equal_in_constant_time(const hmac_bytes& a, const hmac_bytes& b);

/// The same of texts of one length; others differ at once.
bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace wampfcgi::checks
