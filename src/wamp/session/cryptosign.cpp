#include "wamp/session/cryptosign.hpp"

#include <openssl/evp.h>

#include <array>
#include <charconv>
#include <cstddef>
#include <memory>

namespace wampfcgi::wamp {
namespace {

constexpr std::size_t challenge_bytes = 32;
constexpr std::size_t signature_bytes = 64;

using key_handle = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

key_handle open_key(std::string_view private_key)
{
    const auto* bytes = reinterpret_cast<const unsigned char*>(private_key.data());
    return {EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, bytes, private_key.size()), &EVP_PKEY_free};
}

template <std::size_t N>
std::string to_hex(const std::array<unsigned char, N>& bytes)
{
    static constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const unsigned char each : bytes) {
        text += digits[each >> 4U];
        text += digits[each & 0x0FU];
    }
    return text;
}

std::optional<std::array<unsigned char, challenge_bytes>> from_hex(std::string_view text)
{
    std::array<unsigned char, challenge_bytes> bytes{};
    if (text.size() != 2 * bytes.size())
        return {};
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const char* const digits = text.data() + 2 * i;
        const auto read = std::from_chars(digits, digits + 2, bytes[i], 16);
        if (read.ec != std::errc() || read.ptr != digits + 2)
            return {};
    }
    return bytes;
}

}  // namespace

std::optional<std::string> cryptosign_public_key(std::string_view private_key)
{
    const key_handle key = open_key(private_key);
    std::array<unsigned char, 32> bytes{};
    std::size_t size = bytes.size();
    if (!key || EVP_PKEY_get_raw_public_key(key.get(), bytes.data(), &size) != 1)
        return {};
    return to_hex(bytes);
}

std::optional<std::string> cryptosign_signature(std::string_view private_key, std::string_view challenge)
{
    const auto asked = from_hex(challenge);
    const key_handle key = open_key(private_key);
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
    std::array<unsigned char, signature_bytes> signature{};
    std::size_t size = signature.size();
    if (!asked || !key || !context || EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) != 1 ||
        EVP_DigestSign(context.get(), signature.data(), &size, asked->data(), asked->size()) != 1)
        return {};
    return to_hex(signature) + to_hex(*asked);
}

}  // namespace wampfcgi::wamp
