// Owns HMACs: computing them with OpenSSL, decoding them from Base64, comparing them.
#pragma once

#include <openssl/evp.h>

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

namespace wampfcgi::checks {

/// The hash function of an HMAC.
enum class digest { sha1, sha256, sha512 };

/// An HMAC with any of these hash functions.
struct hmac_value {
    std::array<char, EVP_MAX_MD_SIZE> bytes;
    std::size_t size;

    std::string_view text() const noexcept { return {bytes.data(), size}; }
};

/// A secret, ready to compute HMACs (RFC 2104): OpenSSL keeps the states of the hashes after the secret's pads, because
/// hashing these takes as long as a small request.
class hmac_key {
public:
    hmac_key(digest by, std::string_view secret);

    /// The HMAC of the concatenated `pieces`. Nothing when OpenSSL failed, at any time.
    std::optional<hmac_value> hmac(std::span<const std::string_view> pieces);

private:
    struct freed {
        void operator()(EVP_MAC_CTX* context) const noexcept { EVP_MAC_CTX_free(context); }
    };

    std::unique_ptr<EVP_MAC_CTX, freed> context_;
    bool is_ready_ = false;
};

/// An HMAC-SHA256.
using hmac_bytes = std::array<unsigned char, 32>;

inline std::string_view as_text(const hmac_bytes& bytes)
{
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Decodes exactly 32 bytes from any form of Base64. Nothing when it is anything else.
std::optional<hmac_bytes> decode_signature(std::string_view text);

/// Compares texts of equal length in constant time; texts of different lengths are unequal at once.
bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace wampfcgi::checks
