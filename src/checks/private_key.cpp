#include "wampfcgi/checks/private_key.hpp"

#include "checks/openssh_key.hpp"
#include "wampfcgi/core/text/hex.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <cstddef>
#include <memory>
#include <utility>

namespace wampfcgi::checks {

namespace {

constexpr std::size_t key_bytes = 32;
constexpr std::size_t max_text_bytes = 16'384;  // far more than a key with its comment needs

// Keeps OpenSSL from asking for a passphrase on the terminal.
int no_key_passphrase(char*, int, int, void*)
{
    return -1;
}

std::optional<std::string> from_pem(std::string_view text)
{
    const std::unique_ptr<BIO, decltype(&BIO_free)> source(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())),
                                                           &BIO_free);
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
        source ? PEM_read_bio_PrivateKey(source.get(), nullptr, no_key_passphrase, nullptr) : nullptr, &EVP_PKEY_free);
    std::optional<std::string> seed;
    if (key && EVP_PKEY_get_id(key.get()) == EVP_PKEY_ED25519) {
        std::string raw(key_bytes, '\0');
        std::size_t size = raw.size();
        const auto bytes = reinterpret_cast<unsigned char*>(raw.data());
        if (EVP_PKEY_get_raw_private_key(key.get(), bytes, &size) == 1 && size == key_bytes)
            seed = std::move(raw);
    }
    ERR_clear_error();
    return seed;
}

std::string_view trimmed(std::string_view text)
{
    constexpr std::string_view white_space = " \t\r\n";
    const std::size_t begin = text.find_first_not_of(white_space);
    if (begin == std::string_view::npos)
        return {};
    return text.substr(begin, text.find_last_not_of(white_space) - begin + 1);
}

// The text between the first and the last line of a key; nothing unless the text begins and ends with these lines.
std::optional<std::string_view> enclosed(std::string_view text, std::string_view first, std::string_view last)
{
    if (text.size() < first.size() + last.size() || !text.starts_with(first) || !text.ends_with(last))
        return std::nullopt;
    return text.substr(first.size(), text.size() - first.size() - last.size());
}

}  // namespace

std::optional<std::string> read_ed25519_key(std::string_view content)
{
    if (content.size() == key_bytes)
        return std::string(content);
    if (content.size() > max_text_bytes)
        return std::nullopt;
    const std::string_view text = trimmed(content);
    if (text.size() == 2 * key_bytes)
        return from_hex(text);
    if (enclosed(text, "-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----"))
        return from_pem(text);
    if (const auto base64 = enclosed(text, "-----BEGIN OPENSSH PRIVATE KEY-----", "-----END OPENSSH PRIVATE KEY-----"))
        return read_openssh_key(*base64);
    return std::nullopt;
}

}  // namespace wampfcgi::checks
