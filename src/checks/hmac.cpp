#include "checks/hmac.hpp"

#include "wampfcgi/core/text/base64.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/params.h>

#include <string>
#include <utility>

namespace wampfcgi::checks {

namespace {

const unsigned char* bytes_of(std::string_view text)
{
    return reinterpret_cast<const unsigned char*>(text.data());
}

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

// Hashes pieces. Copies short ones together, because each call of OpenSSL costs more than that.
bool add_all(EVP_MAC_CTX* to, std::span<const std::string_view> pieces)
{
    std::array<char, 256> together;
    std::size_t size = 0;
    const auto add = [&](std::string_view piece) { return EVP_MAC_update(to, bytes_of(piece), piece.size()) != 0; };
    const auto add_copied = [&] { return add({together.data(), std::exchange(size, 0)}); };
    for (const std::string_view piece : pieces) {
        if (piece.size() > together.size() - size && !add_copied())
            return false;
        if (piece.size() <= together.size())
            size += piece.copy(together.data() + size, piece.size());
        else if (!add(piece))
            return false;
    }
    return add_copied();
}

}  // namespace

hmac_key::hmac_key(digest by, std::string_view secret)
{
    const std::unique_ptr<EVP_MAC, decltype(&EVP_MAC_free)> mac(EVP_MAC_fetch(nullptr, OSSL_MAC_NAME_HMAC, nullptr),
                                                                &EVP_MAC_free);
    context_.reset(mac ? EVP_MAC_CTX_new(mac.get()) : nullptr);
    std::string name = name_of(by);
    const OSSL_PARAM options[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name.data(), 0),
                                  OSSL_PARAM_construct_end()};
    const auto* const key = secret.empty() ? bytes_of("") : bytes_of(secret);
    is_ready_ = context_ && EVP_MAC_init(context_.get(), key, secret.size(), options);
}

std::optional<hmac_value> hmac_key::hmac(std::span<const std::string_view> pieces)
{
    hmac_value value;
    // Without a key, it begins again with the one that it has.
    if (!is_ready_ || !EVP_MAC_init(context_.get(), nullptr, 0, nullptr) || !add_all(context_.get(), pieces) ||
        !EVP_MAC_final(context_.get(), reinterpret_cast<unsigned char*>(value.bytes.data()), &value.size,
                       value.bytes.size()))
        return std::nullopt;
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
