#include "checks/hmac.hpp"

#include "wampfcgi/core/text/base64.hpp"

#include <openssl/crypto.h>

#include <algorithm>
#include <utility>

namespace wampfcgi::checks {

namespace {

const EVP_MD* function_of(digest by)
{
    switch (by) {
    case digest::sha1:
        return EVP_sha1();
    case digest::sha256:
        return EVP_sha256();
    case digest::sha512:
        return EVP_sha512();
    }
    return nullptr;
}

// A secret as RFC 2104 pads it: zeros up to the block size of the hash function, which is at most that of SHA-512.
class padded_secret {
public:
    padded_secret(const EVP_MD* function, std::string_view secret)
        : size_(static_cast<std::size_t>(EVP_MD_get_block_size(function)))
    {
        if (secret.size() > size_)
            is_whole_ = EVP_Digest(secret.data(), secret.size(), bytes_.data(), nullptr, function, nullptr) != 0;
        else
            std::ranges::copy(secret, bytes_.begin());
    }
    ~padded_secret() { OPENSSL_cleanse(bytes_.data(), bytes_.size()); }
    padded_secret(const padded_secret&) = delete;
    padded_secret& operator=(const padded_secret&) = delete;

    /// True when the hash of `function` begins with the secret, combined with a pad of bytes of that value.
    bool begin(EVP_MD_CTX* context, const EVP_MD* function, unsigned char pad)
    {
        const auto combine = [&] {
            for (std::size_t i = 0; i < size_; ++i)
                bytes_[i] ^= pad;
        };
        combine();
        const bool has_begun = is_whole_ && context != nullptr && EVP_DigestInit_ex2(context, function, nullptr) &&
                               EVP_DigestUpdate(context, bytes_.data(), size_);
        combine();
        return has_begun;
    }

private:
    static constexpr std::size_t longest_block = 128;

    std::array<unsigned char, longest_block> bytes_{};
    std::size_t size_;
    bool is_whole_ = true;
};

// Hashes pieces. Copies short ones together, because each call of OpenSSL costs more than that.
bool add_all(EVP_MD_CTX* to, std::span<const std::string_view> pieces)
{
    std::array<char, 256> together;
    std::size_t size = 0;
    const auto add_copied = [&] { return EVP_DigestUpdate(to, together.data(), std::exchange(size, 0)) != 0; };
    for (const std::string_view piece : pieces) {
        if (piece.size() > together.size() - size && !add_copied())
            return false;
        if (piece.size() > together.size()) {
            if (!EVP_DigestUpdate(to, piece.data(), piece.size()))
                return false;
        } else {
            size += piece.copy(together.data() + size, piece.size());
        }
    }
    return add_copied();
}

}  // namespace

hmac_key::hmac_key(digest by, std::string_view secret)
{
    const EVP_MD* const function = function_of(by);
    padded_secret padded(function, secret);
    is_ready_ = working_ && padded.begin(inner_.get(), function, 0x36) && padded.begin(outer_.get(), function, 0x5C);
}

std::optional<hmac_value> hmac_key::hmac(std::span<const std::string_view> pieces)
{
    hmac_value value;
    auto* const bytes = reinterpret_cast<unsigned char*>(value.bytes.data());
    unsigned size = 0;
    EVP_MD_CTX* const hash = working_.get();
    // A copy of a context replaces what an earlier HMAC has left, even one that failed.
    if (!is_ready_ || !EVP_MD_CTX_copy_ex(hash, inner_.get()) || !add_all(hash, pieces) ||
        !EVP_DigestFinal_ex(hash, bytes, &size) || !EVP_MD_CTX_copy_ex(hash, outer_.get()) ||
        !EVP_DigestUpdate(hash, bytes, size) || !EVP_DigestFinal_ex(hash, bytes, &size))
        return std::nullopt;
    value.size = size;
    return value;
}

std::optional<hmac_bytes> decode_signature(std::string_view text)
{
    hmac_bytes bytes;
    if (decode_base64(text, std::as_writable_bytes(std::span(bytes)), base64_form::any) != bytes.size())
        return std::nullopt;
    return bytes;
}

bool equal_in_constant_time(std::string_view a, std::string_view b)
{
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace wampfcgi::checks
