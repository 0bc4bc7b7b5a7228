#include "wamp/challenge.hpp"

#include "wampfcgi/log/log.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <cstddef>
#include <string_view>

namespace wampfcgi::wamp {
namespace {

constexpr std::uint64_t max_iterations = 1'000'000;  // about a second on one core, over all blocks of the key
constexpr std::uint64_t max_key_bytes = 1024;
constexpr std::uint64_t block_bytes = 32;  // of PBKDF2 with SHA-256, which makes the iterations for each block

const unsigned char* bytes_of(std::string_view text)
{
    return reinterpret_cast<const unsigned char*>(text.data());
}

unsigned char* bytes_of(std::string& text)
{
    return reinterpret_cast<unsigned char*>(text.data());
}

// Autobahn|Cpp's own helpers leave a copy of what they encode, the derived key too, in memory that is never freed.
std::string base64(std::string_view bytes)
{
    std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');  // with the zero that OpenSSL writes behind it
    const int length = EVP_EncodeBlock(bytes_of(text), bytes_of(bytes), static_cast<int>(bytes.size()));
    text.resize(static_cast<std::size_t>(length));
    return text;
}

std::variant<std::string, refused_challenge> signature_of(std::string_view text, const std::string& key)
{
    std::string mac(block_bytes, '\0');
    if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes_of(text), text.size(), bytes_of(mac),
             nullptr) == nullptr)
        return refused_challenge{"OpenSSL cannot compute an HMAC-SHA256"};
    return base64(mac);
}

std::variant<std::string, refused_challenge> wampcra_signature(const challenge& asked, const std::string& secret)
{
    if (asked.text.empty())
        return refused_challenge{"the router's CHALLENGE has nothing to sign"};
    if (asked.salt.empty())
        return signature_of(asked.text, secret);
    if (asked.iterations < 1 || asked.key_bytes < 1 || asked.key_bytes > max_key_bytes ||
        asked.iterations > max_iterations / ((asked.key_bytes + block_bytes - 1) / block_bytes))
        return refused_challenge{"the router's CHALLENGE has iterations or keylen out of range"};
    std::string key(asked.key_bytes, '\0');
    if (PKCS5_PBKDF2_HMAC(secret.data(), static_cast<int>(secret.size()), bytes_of(asked.salt),
                          static_cast<int>(asked.salt.size()), static_cast<int>(asked.iterations), EVP_sha256(),
                          static_cast<int>(key.size()), bytes_of(key)) != 1)
        return refused_challenge{"OpenSSL cannot derive a key"};
    return signature_of(asked.text, base64(key));  // the key is the text, not the bytes ("Salted Passwords")
}

}  // namespace

std::variant<std::string, refused_challenge> answer_to(const challenge& asked, const credentials& how)
{
    if (how.authmethod == authmethod_kind::ticket && asked.method == "ticket")
        return how.secret;
    if (how.authmethod == authmethod_kind::wampcra && asked.method == "wampcra")
        return wampcra_signature(asked, how.secret);
    return refused_challenge{"the router asks for a login by " + log::quote(asked.method) +
                             ", which is not the one that is configured"};
}

}  // namespace wampfcgi::wamp
