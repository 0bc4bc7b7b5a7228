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

/// A secret, ready to compute HMACs (RFC 2104): keeps the states of the two hashes after the secret's pads, because
/// hashing the pads takes as long as a small request.
class hmac_key {
public:
    hmac_key(digest by, std::string_view secret);

    /// The HMAC of the concatenated `pieces`. Nothing when OpenSSL failed, at any time.
    std::optional<hmac_value> hmac(std::span<const std::string_view> pieces);

private:
    struct freed {
        void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
    };
    using context = std::unique_ptr<EVP_MD_CTX, freed>;

    context inner_{EVP_MD_CTX_new()};
    context outer_{EVP_MD_CTX_new()};
    context working_{EVP_MD_CTX_new()};
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
