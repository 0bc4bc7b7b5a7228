#include "crypto.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <memory>
#include <stdexcept>

namespace wampfcgi::devrouter {

namespace {

const unsigned char* octets(std::string_view text)
{
    return reinterpret_cast<const unsigned char*>(text.data());
}

unsigned char* octets(std::string& text)
{
    return reinterpret_cast<unsigned char*>(text.data());
}

}  // namespace

std::string random_bytes(std::size_t count)
{
    std::string bytes(count, '\0');
    if (RAND_bytes(octets(bytes), static_cast<int>(count)) != 1)
        throw std::runtime_error("no random bytes");
    return bytes;
}

std::uint64_t random_id()
{
    std::uint64_t drawn = 0;
    std::memcpy(&drawn, random_bytes(sizeof drawn).data(), sizeof drawn);
    return (drawn & ((std::uint64_t{1} << 53) - 1)) + 1;
}

std::string base64(std::string_view bytes)
{
    std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');  // EVP_EncodeBlock appends a zero byte
    EVP_EncodeBlock(octets(text), octets(bytes), static_cast<int>(bytes.size()));
    text.pop_back();
    return text;
}

std::optional<std::string> from_base64(std::string_view text)
{
    std::string bytes(text.size() / 4 * 3, '\0');
    if (EVP_DecodeBlock(octets(bytes), octets(text), static_cast<int>(text.size())) != static_cast<int>(bytes.size()))
        return {};
    if (const auto padding = text.find('='); padding != std::string_view::npos)
        bytes.resize(bytes.size() - std::min(text.size() - padding, bytes.size()));
    if (base64(bytes) != text)  // OpenSSL skips white space and accepts padding anywhere
        return {};
    return bytes;
}

std::string hex(std::string_view bytes)
{
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const char byte : bytes) {
        text += digits[static_cast<unsigned char>(byte) >> 4];
        text += digits[static_cast<unsigned char>(byte) & 0x0f];
    }
    return text;
}

std::optional<std::string> from_hex(std::string_view text)
{
    std::string bytes;
    for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
        unsigned char byte = 0;
        const auto* end = text.data() + i + 2;
        if (std::from_chars(text.data() + i, end, byte, 16).ptr != end)
            return {};
        bytes += static_cast<char>(byte);
    }
    if (bytes.size() * 2 != text.size())
        return {};
    return bytes;
}

std::string hmac_sha256(std::string_view key, std::string_view text)
{
    std::string digest(EVP_MAX_MD_SIZE, '\0');
    unsigned int size = 0;
    HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), octets(text), text.size(), octets(digest), &size);
    digest.resize(size);
    return digest;
}

std::string pbkdf2_sha256(std::string_view secret, std::string_view salt, int iterations, std::size_t key_bytes)
{
    std::string key(key_bytes, '\0');
    PKCS5_PBKDF2_HMAC(secret.data(), static_cast<int>(secret.size()), octets(salt), static_cast<int>(salt.size()),
                      iterations, EVP_sha256(), static_cast<int>(key_bytes), octets(key));
    return key;
}

bool ed25519_verifies(std::string_view public_key, std::string_view message, std::string_view signature)
{
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
        EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, octets(public_key), public_key.size()), EVP_PKEY_free);
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    return key && context && EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
           EVP_DigestVerify(context.get(), octets(signature), signature.size(), octets(message), message.size()) == 1;
}

bool same_secret(std::string_view one, std::string_view other)
{
    return one.size() == other.size() && CRYPTO_memcmp(one.data(), other.data(), one.size()) == 0;
}

}  // namespace wampfcgi::devrouter
