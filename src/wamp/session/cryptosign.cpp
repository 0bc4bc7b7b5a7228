#include "wamp/session/cryptosign.hpp"

#include "wamp/session/bytes_of.hpp"
#include "wampfcgi/core/text/hex.hpp"

#include <openssl/evp.h>

#include <cstddef>
#include <memory>

namespace wampfcgi::wamp {
namespace {

constexpr std::size_t challenge_bytes = 32;
constexpr std::size_t public_bytes = 32;
constexpr std::size_t signature_bytes = 64;

using key_handle = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

key_handle open_key(std::string_view private_key)
{
    const auto* bytes = reinterpret_cast<const unsigned char*>(private_key.data());
    return {EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, bytes, private_key.size()), &EVP_PKEY_free};
}

}  // namespace

std::optional<std::string> cryptosign_public_key(std::string_view private_key)
{
    const key_handle key = open_key(private_key);
    std::string public_key(public_bytes, '\0');
    std::size_t size = public_key.size();
    if (!key || EVP_PKEY_get_raw_public_key(key.get(), bytes_of(public_key), &size) != 1)
        return {};
    return to_hex(public_key);
}

std::optional<std::string> cryptosign_signature(std::string_view private_key, std::string_view challenge)
{
    auto asked = from_hex(challenge);
    const key_handle key = open_key(private_key);
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
    std::string signature(signature_bytes, '\0');
    std::size_t size = signature.size();
    if (!asked || asked->size() != challenge_bytes || !key || !context ||
        EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) != 1 ||
        EVP_DigestSign(context.get(), bytes_of(signature), &size, bytes_of(*asked), asked->size()) != 1)
        return {};
    return to_hex(signature) + to_hex(*asked);
}

}  // namespace wampfcgi::wamp
