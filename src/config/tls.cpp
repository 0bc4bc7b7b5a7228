#include "config/tls.hpp"

#include "config/secret.hpp"
#include "config/text.hpp"
#include "wampfcgi/checks/certificates.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace wampfcgi::config {
namespace {

/// Reads a file whose content must satisfy `is_right`; `expected` describes that.
template <class Predicate>
std::optional<std::string> read_pem(const entry& from, file_use use, const std::string& expected,
                                    const Predicate& is_right)
{
    auto file = read_named_file(from, use);
    if (!file)
        return std::nullopt;
    if (is_right(std::string_view(file->content)))
        return std::move(file->content);
    from.refuse(expected, quote(file->path) + ", a file of " + std::to_string(file->content.size()) + " bytes");
    return std::nullopt;
}

}  // namespace

// Reads the files together with the section, because the workers may not be allowed to.
std::optional<tls_settings> read_tls(const entry& from)
{
    const auto certificates = [&](const entry& found) {
        return read_pem(found, file_use::open, "certificates in PEM", checks::holds_certificates);
    };
    const auto private_key = [&](const entry& found) {
        return read_pem(found, file_use::secret, "a private key in PEM, unencrypted", checks::holds_private_key);
    };
    tls_settings out;
    section tls{from};
    tls.optional("ca_file", out.authorities, certificates);
    tls.optional("certificate_file", out.certificate, certificates);
    tls.optional("key_file", out.key, private_key);
    if (tls.has("certificate_file") && !tls.has("key_file"))
        tls.refuse_missing("key_file", "a key_file beside certificate_file");
    if (tls.has("key_file") && !tls.has("certificate_file"))
        tls.refuse_missing("certificate_file", "a certificate_file beside key_file");
    if (!out.key.empty() && !out.certificate.empty() && !checks::is_key_of(out.key, out.certificate))
        tls.find("key_file")
            .refuse("the private key of the first certificate in certificate_file", "that of another one");
    tls.finish();
    return out;
}

}  // namespace wampfcgi::config
