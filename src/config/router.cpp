#include "config/router.hpp"

#include "config/login.hpp"
#include "config/tls.hpp"
#include "config/url.hpp"
#include "config/values.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wampfcgi::config {
namespace {

template <class Url>
std::optional<Url> read_by(result<Url, trouble> (*parse)(std::string_view), const entry& from)
{
    const auto text = read_text(from);
    if (!text)
        return std::nullopt;
    auto url = parse(*text);
    if (!url) {
        entry refused = from;
        refused.is_secret = text->find('@') != std::string::npos;  // a password, as in other kinds of URL
        refused.refuse(url.error().text);
        return std::nullopt;
    }
    return *std::move(url);
}

std::optional<router_url> read_url(const entry& from)
{
    return read_by(parse_url, from);
}

std::optional<proxy_url> read_proxy(const entry& from)
{
    return read_by(parse_proxy_url, from);
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

void warn_of_unused_proxy(section& router, const router_settings& read)
{
    const auto is_unix = [](const router_url& url) {
        return url.transport == router_url::transport_kind::rawsocket_unix;
    };
    if (!read.proxy || read.urls.empty() || !std::ranges::all_of(read.urls, is_unix))
        return;
    const entry proxy = router.find("proxy");
    proxy.context->warn(proxy.line, proxy.path, "is not used, because unix: needs no proxy");
}

std::optional<std::map<std::string, credentials>> read_credentials(entry from)
{
    std::map<std::string, credentials> by_role;
    from.is_secret = true;  // a secret may be here when the object around it was forgotten
    for (named_entry& role : named_entries(from)) {
        role.value.is_secret = true;
        if (role.name.empty())
            role.value.context->add(role.line, role.value.path, "expected the name of a role, got \"\"");
        if (auto login = read_login(role.value))
            by_role.emplace(role.name, *std::move(login));
    }
    return by_role;
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
    router.optional("proxy", out.proxy, read_proxy);
    warn_of_unused_proxy(router, out);
    router.optional("credentials", out.by_role, read_credentials);
    router.optional("tls", out.tls, read_tls);
    router.finish();
    return out;
}

}  // namespace wampfcgi::config
