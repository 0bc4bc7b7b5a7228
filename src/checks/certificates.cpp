#include "wampfcgi/checks/certificates.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>

namespace wampfcgi::checks {

namespace {

struct free_openssl {
    void operator()(BIO* source) const { BIO_free(source); }
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    void operator()(X509* certificate) const { X509_free(certificate); }
    void operator()(STACK_OF(X509_INFO) * all) const { sk_X509_INFO_pop_free(all, X509_INFO_free); }
};

template <class Type>
using owned = std::unique_ptr<Type, free_openssl>;

// Keeps OpenSSL from asking for a passphrase on the terminal.
int no_passphrase(char*, int, int, void*)
{
    return -1;
}

owned<BIO> reader_of(std::string_view text)
{
    return owned<BIO>(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

owned<EVP_PKEY> read_key(std::string_view pem)
{
    const auto source = reader_of(pem);
    return owned<EVP_PKEY>(source ? PEM_read_bio_PrivateKey(source.get(), nullptr, no_passphrase, nullptr) : nullptr);
}

}  // namespace

bool holds_certificates(std::string_view pem)
{
    const auto source = reader_of(pem);
    const owned<STACK_OF(X509_INFO)> all(source ? PEM_X509_INFO_read_bio(source.get(), nullptr, no_passphrase, nullptr)
                                                : nullptr);
    bool found = false;
    for (int i = 0; all && i < sk_X509_INFO_num(all.get()); ++i)
        found = found || sk_X509_INFO_value(all.get(), i)->x509 != nullptr;
    ERR_clear_error();
    return found;
}

bool holds_private_key(std::string_view pem)
{
    const bool found = read_key(pem) != nullptr;
    ERR_clear_error();
    return found;
}

bool is_key_of(std::string_view key, std::string_view chain)
{
    const auto source = reader_of(chain);
    const owned<X509> first(source ? PEM_read_bio_X509_AUX(source.get(), nullptr, no_passphrase, nullptr) : nullptr);
    const auto own = read_key(key);
    const bool fits = first && own && X509_check_private_key(first.get(), own.get()) == 1;
    ERR_clear_error();
    return fits;
}

}  // namespace wampfcgi::checks
