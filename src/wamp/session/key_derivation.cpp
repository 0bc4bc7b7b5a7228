#include "wamp/session/key_derivation.hpp"

#include "wamp/session/bytes_of.hpp"

#include <algorithm>
#include <utility>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

namespace wampfcgi::wamp {

void key_derivation::free_mac::operator()(EVP_MAC_CTX* context) const
{
    EVP_MAC_CTX_free(context);
}

key_derivation::key_derivation(const std::string& secret, std::string salt, std::uint64_t iterations,
                               std::size_t key_bytes)
    : salt_(std::move(salt)),
      iterations_(iterations),
      key_bytes_(key_bytes),
      last_(block_bytes, '\0')
{
    const std::unique_ptr<EVP_MAC, decltype(&EVP_MAC_free)> hmac(EVP_MAC_fetch(nullptr, "HMAC", nullptr),
                                                                 &EVP_MAC_free);
    if (hmac)
        keyed_.reset(EVP_MAC_CTX_new(hmac.get()));
    char digest[] = "SHA256";
    const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                                     OSSL_PARAM_construct_end()};
    if (!keyed_ || EVP_MAC_init(keyed_.get(), bytes_of(secret), secret.size(), parameters) != 1)
        keyed_.reset();
}

key_derivation::state key_derivation::advance(std::uint64_t iterations)
{
    for (; key_.size() < key_bytes_; ++made_) {
        if (made_ == iterations_) {
            key_ += block_;
            made_ = 0;
            if (key_.size() >= key_bytes_)
                break;
        }
        if (iterations-- == 0)
            return state::unfinished;
        if (!mac_of(made_ == 0 ? start_of_block() : last_))
            return state::failed;
        if (made_ == 0)
            block_ = last_;
        else
            std::transform(block_.begin(), block_.end(), last_.begin(), block_.begin(),
                           [](char a, char b) { return static_cast<char>(a ^ b); });
    }
    key_.resize(key_bytes_);
    return state::done;
}

// The salt followed by the block's number, starting at 1.
std::string key_derivation::start_of_block() const
{
    const std::size_t number = key_.size() / block_bytes + 1;
    std::string start = salt_;
    for (const unsigned shift : {24U, 16U, 8U, 0U})
        start += static_cast<char>(number >> shift & 0xFFU);
    return start;
}

// Stores the result in last_, which `bytes` may refer to.
bool key_derivation::mac_of(const std::string& bytes)
{
    std::size_t size = 0;
    return keyed_ && EVP_MAC_init(keyed_.get(), nullptr, 0, nullptr) == 1 &&
           EVP_MAC_update(keyed_.get(), bytes_of(bytes), bytes.size()) == 1 &&
           EVP_MAC_final(keyed_.get(), bytes_of(last_), &size, last_.size()) == 1;
}

}  // namespace wampfcgi::wamp
