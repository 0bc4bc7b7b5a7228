#include "checks/hmac.hpp"

#include "wampfcgi/core/text/base64.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

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

/// For HMAC-SHA256, without a key yet; none when OpenSSL has no such thing.
mac_context new_context()
{
    const std::unique_ptr<EVP_MAC, decltype(&EVP_MAC_free)> mac(EVP_MAC_fetch(nullptr, OSSL_MAC_NAME_HMAC, nullptr),
                                                                &EVP_MAC_free);
    mac_context context(mac ? EVP_MAC_CTX_new(mac.get()) : nullptr, &EVP_MAC_CTX_free);
    char digest[] = "SHA256";
    const OSSL_PARAM options[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                                  OSSL_PARAM_construct_end()};
    if (context && !EVP_MAC_CTX_set_params(context.get(), options))
        context.reset();
    return context;
}

}  // namespace

std::optional<hmac_bytes> hmac_sha256(std::string_view secret, std::initializer_list<std::string_view> pieces)
{
    // Looking the algorithms up takes OpenSSL longer than a small request's HMAC, and a secret that is the last one's
    // is half of what is left: without one, the context begins anew with that.
    thread_local mac_context context(nullptr, &EVP_MAC_CTX_free);
    thread_local std::optional<std::string> last_secret;
    const bool again = last_secret == secret;
    last_secret.reset();
    if (!context)
        context = new_context();
    const auto* key = again ? nullptr : secret.empty() ? bytes_of("") : bytes_of(secret);
    if (!context || !EVP_MAC_init(context.get(), key, again ? 0 : secret.size(), nullptr))
        return std::nullopt;
    last_secret = secret;
    for (const std::string_view piece : pieces)
        if (!EVP_MAC_update(context.get(), bytes_of(piece), piece.size()))
            return std::nullopt;
    hmac_bytes hmac;
    std::size_t size = 0;
    if (!EVP_MAC_final(context.get(), hmac.data(), &size, hmac.size()) || size != hmac.size())
        return std::nullopt;
    return hmac;
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

}  // namespace wampfcgi::checks
