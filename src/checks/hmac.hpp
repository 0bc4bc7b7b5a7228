// Owns HMACs: computing them with OpenSSL, decoding them from Base64, comparing them.
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

/// The HMAC-SHA256 of the concatenated `pieces`. Nothing when OpenSSL fails.
std::optional<hmac_bytes> hmac_sha256(std::string_view secret, std::initializer_list<std::string_view> pieces);

/// The hash function of an HMAC.
enum class digest { sha1, sha256, sha512 };

/// An HMAC with any hash function, for less frequent requests: costs a few microseconds more than hmac_sha256().
/// Nothing when OpenSSL fails.
std::optional<std::string> hmac(digest by, std::string_view secret, std::span<const std::string_view> pieces);

/// Decodes exactly 32 bytes from any form of Base64. Nothing when it is anything else.
std::optional<hmac_bytes> decode_signature(std::string_view text);

/// Compares in constant time.
bool equal_in_constant_time(const hmac_bytes& a, const hmac_bytes& b);

/// The same for texts of equal length; texts of different lengths are unequal at once.
bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace wampfcgi::checks
