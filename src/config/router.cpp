#include "config/router.hpp"

#include "config/login.hpp"
#include "config/secret.hpp"
#include "config/text.hpp"
#include "config/url.hpp"
#include "config/values.hpp"
#include "wampfcgi/checks/certificates.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wampfcgi::config {
namespace {

std::optional<router_url> read_url(const entry& from)
{
    const auto text = read_text(from);
    if (!text)
        return std::nullopt;
    auto url = parse_url(*text);
    if (!url) {
        entry refused = from;
        refused.is_secret = text->find('@') != std::string::npos;  // a password, as in other kinds of URL
        refused.refuse(url.error().text);
        return std::nullopt;
    }
    return *std::move(url);
}

std::optional<std::vector<router_url>> read_url_list(const entry& from)
{
    auto urls = list_of<router_url>("a list of router URLs", read_url)(from);
    if (urls && from.value->items.empty())
        from.refuse("a list of at least one router URL");
    return urls;
}

void read_urls(section& router, std::vector<router_url>& out)
{
    std::optional<router_url> single;
    router.optional("url", single, read_url);
    router.optional("urls", out, read_url_list);
    if (single)
        out = {*std::move(single)};
    if (router.has("url") && router.has("urls"))
        router.find("urls").refuse("either url or urls", "both");
    if (!router.has("url") && !router.has("urls"))
        router.refuse_missing("url", "a router URL (or urls, a list of them)");
}

std::optional<std::map<std::string, credentials>> read_credentials(entry from)
{
    std::map<std::string, credentials> by_role;
    from.is_secret = true;  // a secret may stand where the object around it was forgotten
    for (named_entry& role : named_entries(from)) {
        role.value.is_secret = true;
        if (role.name.empty())
            role.value.context->add(role.line, role.value.path, "expected the name of a role, got \"\"");
        if (auto login = read_login(role.value))
            by_role.emplace(role.name, *std::move(login));
    }
    return by_role;
}

/// Reads a file whose content `is_right`; `expected` says what that is.
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

// The files are read with the section: the workers may not be allowed to.
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

}  // namespace

std::optional<router_settings> read_router(const entry& from)
{
    router_settings out;
    section router{from};
    read_urls(router, out.urls);
    router.optional("serializer", out.serializer,
                    one_of<serializer_kind>({{"msgpack", serializer_kind::msgpack}, {"json", serializer_kind::json}}));
    router.optional("connect_timeout", out.connect_timeout, seconds_in(1, 300));
    router.optional("keepalive", out.keepalive, integer_in<std::chrono::seconds>(1, 3600));
    router.optional("credentials", out.by_role, read_credentials);
    router.optional("tls", out.tls, read_tls);
    router.finish();
    return out;
}

}  // namespace wampfcgi::config
