#include "checks/hmac.hpp"

#include "wampfcgi/core/text/base64.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace wampfcgi::checks {

namespace {

const unsigned char* bytes_of(std::string_view text)
{
    return reinterpret_cast<const unsigned char*>(text.data());
}

using mac_context = std::unique_ptr<EVP_MAC_CTX, decltype(&EVP_MAC_CTX_free)>;

std::string name_of(digest by)
{
    switch (by) {
    case digest::sha1:
        return "SHA1";
    case digest::sha256:
        return "SHA256";
    case digest::sha512:
        return "SHA512";
    }
    return {};
}

/// A context without a key; null when OpenSSL cannot provide one.
mac_context new_context(digest by)
{
    const std::unique_ptr<EVP_MAC, decltype(&EVP_MAC_free)> mac(EVP_MAC_fetch(nullptr, OSSL_MAC_NAME_HMAC, nullptr),
                                                                &EVP_MAC_free);
    mac_context context(mac ? EVP_MAC_CTX_new(mac.get()) : nullptr, &EVP_MAC_CTX_free);
    std::string name = name_of(by);
    const OSSL_PARAM options[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name.data(), 0),
                                  OSSL_PARAM_construct_end()};
    if (context && !EVP_MAC_CTX_set_params(context.get(), options))
        context.reset();
    return context;
}

/// True when all `pieces` were added.
template <class Pieces>
bool add_all(EVP_MAC_CTX* context, const Pieces& pieces)
{
    return std::ranges::all_of(
        pieces, [&](std::string_view piece) { return EVP_MAC_update(context, bytes_of(piece), piece.size()) != 0; });
}

}  // namespace

std::optional<hmac_bytes> hmac_sha256(std::string_view secret, std::initializer_list<std::string_view> pieces)
{
    // Looking up the algorithms costs OpenSSL more than the HMAC of a small request. Setting up a secret is half of the
    // remaining cost, so the context keeps the last one: a null key makes it start again with that.
    thread_local mac_context context(nullptr, &EVP_MAC_CTX_free);
    thread_local std::optional<std::string> last_secret;
    const bool again = last_secret == secret;
    last_secret.reset();
    if (!context)
        context = new_context(digest::sha256);
    const auto* key = again ? nullptr : secret.empty() ? bytes_of("") : bytes_of(secret);
    if (!context || !EVP_MAC_init(context.get(), key, again ? 0 : secret.size(), nullptr))
        return std::nullopt;
    last_secret = secret;
    if (!add_all(context.get(), pieces))
        return std::nullopt;
    hmac_bytes bytes;
    std::size_t size = 0;
    if (!EVP_MAC_final(context.get(), bytes.data(), &size, bytes.size()) || size != bytes.size())
        return std::nullopt;
    return bytes;
}

std::optional<std::string> hmac(digest by, std::string_view secret, std::span<const std::string_view> pieces)
{
    const mac_context context = new_context(by);
    const auto* key = secret.empty() ? bytes_of("") : bytes_of(secret);
    if (!context || !EVP_MAC_init(context.get(), key, secret.size(), nullptr) || !add_all(context.get(), pieces))
        return std::nullopt;
    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes;
    std::size_t size = 0;
    if (!EVP_MAC_final(context.get(), bytes.data(), &size, bytes.size()))
        return std::nullopt;
    return std::string(reinterpret_cast<const char*>(bytes.data()), size);
}

std::optional<hmac_bytes> decode_signature(std::string_view text)
{
    hmac_bytes bytes;
    if (decode_base64(text, std::as_writable_bytes(std::span(bytes)), base64_form::any) != bytes.size())
        return std::nullopt;
    return bytes;
}

bool equal_in_constant_time(const hmac_bytes& a, const hmac_bytes& b)
{
    return CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

bool equal_in_constant_time(std::string_view a, std::string_view b)
{
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace wampfcgi::checks
