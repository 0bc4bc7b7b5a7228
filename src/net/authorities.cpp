#include "net/authorities.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <dirent.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

namespace wampfcgi::net {
namespace {

std::string variable(const char* name)
{
    const char* const value = ::secure_getenv(name);
    return value != nullptr ? value : "";
}

// Whether it has a file named by hash, such as 4042bcee.0 (openssl-rehash(1)).
bool has_authorities(const std::string& folder)
{
    DIR* const opened = ::opendir(folder.c_str());
    bool found = false;
    while (opened != nullptr && !found) {
        const dirent* const entry = ::readdir(opened);
        if (entry == nullptr)
            break;
        found = std::string_view(entry->d_name).ends_with(".0");
    }
    if (opened != nullptr)
        ::closedir(opened);
    return found;
}

result<void, trouble> trust_file(SSL_CTX* context, const std::string& file, const std::string& called)
{
    ERR_clear_error();
    if (SSL_CTX_load_verify_file(context, file.c_str()) == 1)
        return {};
    const unsigned long code = ERR_peek_error();
    const char* const reason = ERR_reason_error_string(code);
    std::string why = ERR_SYSTEM_ERROR(code) ? system_words(ERR_GET_REASON(code))
                      : reason != nullptr    ? reason
                                             : "unknown";
    return trouble("cannot read the certificate authorities of " + called + ": " + why);
}

}  // namespace

authority_places usual_authority_places()
{
    return {variable(X509_get_default_cert_file_env()),
            variable(X509_get_default_cert_dir_env()),
            X509_get_default_cert_dir(),
            {
                X509_get_default_cert_file(),
                "/etc/ssl/certs/ca-certificates.crt",                 // Debian, Ubuntu, Gentoo
                "/etc/pki/tls/certs/ca-bundle.crt",                   // Fedora, AlmaLinux, CloudLinux
                "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  // the same, where only this one is left
                "/etc/ssl/ca-bundle.pem",                             // openSUSE
                "/etc/ssl/cert.pem",                                  // Alpine, Arch
            }};
}

result<void, trouble> trust_machine(SSL_CTX* context, const authority_places& places)
{
    if (!places.named_folder.empty() && SSL_CTX_load_verify_dir(context, places.named_folder.c_str()) != 1)
        return trouble("cannot use SSL_CERT_DIR=" + places.named_folder);
    if (!places.named_file.empty())
        return trust_file(context, places.named_file, "SSL_CERT_FILE=" + places.named_file);
    if (!places.named_folder.empty())
        return {};
    if (has_authorities(places.folder)) {
        if (SSL_CTX_load_verify_dir(context, places.folder.c_str()) == 1)
            return {};
        return trouble("cannot use the certificate authorities in " + places.folder);
    }
    for (const std::string& bundle : places.bundles)
        if (::access(bundle.c_str(), F_OK) == 0)
            return trust_file(context, bundle, bundle);
    return trouble("this machine has no certificate authorities in a usual place: name a file of them as tls.ca_file");
}

}  // namespace wampfcgi::net
