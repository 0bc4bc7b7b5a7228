// Owns deriving a key from a secret in steps: in one step it would block the event loop as long as the router likes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include <openssl/types.h>

namespace wampfcgi::wamp {

/// PBKDF2 with HMAC-SHA256 (RFC 8018, 5.2).
class key_derivation {
public:
    /// Bytes of a block; each block takes all the iterations.
    static constexpr std::size_t block_bytes = 32;

    enum class state { unfinished, done, failed };

    /// `iterations` and `key_bytes` must be at least 1.
    key_derivation(const std::string& secret, std::string salt, std::uint64_t iterations, std::size_t key_bytes);

    /// Performs up to `iterations` more. Fails only when OpenSSL does.
    state advance(std::uint64_t iterations);

    /// The key, when done.
    const std::string& key() const { return key_; }

private:
    struct free_mac {
        void operator()(EVP_MAC_CTX* context) const;
    };

    bool mac_of(const std::string& bytes);
    std::string start_of_block() const;

    std::unique_ptr<EVP_MAC_CTX, free_mac> keyed_;  // has the secret as its key
    std::string salt_;
    std::uint64_t iterations_;
    std::size_t key_bytes_;
    std::uint64_t made_ = 0;  // iterations of the current block
    std::string last_;        // result of the last iteration
    std::string block_;       // all iterations so far, XORed
    std::string key_;
};

}  // namespace wampfcgi::wamp
