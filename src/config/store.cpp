#include "config/store.hpp"

#include "config/secret.hpp"
#include "config/tls.hpp"
#include "config/url.hpp"
#include "config/values.hpp"
#include "wampfcgi/core/text/authority.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace wampfcgi::config {
namespace {

constexpr unsigned max_database = 65'535;
constexpr std::uint16_t server_port = 6379;
constexpr std::uint16_t sentinel_port = 26379;

struct store_place {
    store_url url;
    unsigned database = 0;
};

// The form of a URL: a server's may have a database, a Sentinel's may not.
struct url_rules {
    std::uint16_t default_port;
    bool has_database;
};

std::optional<unsigned> parse_database(std::string_view text)
{
    unsigned number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || number > max_database)
        return std::nullopt;
    return number;
}

// `rest` is the part after `prefix`.
result<store_place, trouble> parse_store_host(std::string_view prefix, std::string_view rest, const url_rules& rules)
{
    const std::string form = std::string{prefix} + (rules.has_database ? "HOST[:PORT][/DB]" : "HOST[:PORT]");
    const std::string_view place = rest.substr(0, rest.find('/'));
    const std::string_view behind = rest.substr(place.size());

    if (rest.find('@') != std::string_view::npos)
        return trouble(form + " without user name and password (password_file)");
    const auto [host_text, port_text] = split_authority(place);
    const std::uint16_t port = port_text ? parse_port(*port_text).value_or(0) : rules.default_port;
    if (port == 0)
        return trouble(form + " with a port in 1..65535");
    auto host = parse_host(host_text);
    if (!host)
        return trouble(form + " with a host name, an IPv4 address or an IPv6 address in brackets");
    if (!rules.has_database && !behind.empty())
        return trouble(form + " with nothing behind it");
    const auto database = behind.size() > 1 ? parse_database(behind.substr(1)) : 0U;
    if (!database)
        return trouble(form + " with a database in 0.." + std::to_string(max_database));
    return store_place{{*std::move(host), port, {}, false, {}}, *database};
}

result<store_place, trouble> parse_store_url(std::string_view text, const url_rules& rules)
{
    constexpr std::string_view plain = "redis://";
    constexpr std::string_view over_tls = "rediss://";
    if (text.starts_with(plain))
        return parse_store_host(plain, text.substr(plain.size()), rules);
    if (text.starts_with(over_tls)) {
        auto place = parse_store_host(over_tls, text.substr(over_tls.size()), rules);
        if (place)
            place->url.tls = true;
        return place;
    }
    if (!rules.has_database)
        return trouble("redis://HOST[:PORT] or rediss://HOST[:PORT]");
    if (!text.starts_with(unix_prefix))
        return trouble("unix:/PATH, redis://HOST[:PORT][/DB] or rediss://HOST[:PORT][/DB]");
    const std::string_view path = text.substr(unix_prefix.size());
    if (const auto checked = check_socket_path(path); !checked)
        return checked.error();
    return store_place{{{}, 0, std::string{path}, false, {}}, 0};
}

std::optional<store_place> read_store_url(const entry& from, const url_rules& rules)
{
    const auto text = read_text(from);
    if (!text)
        return std::nullopt;
    auto place = parse_store_url(*text, rules);
    if (!place) {
        entry refused = from;
        refused.is_secret = text->find_first_of("@?") != std::string::npos;  // other programs accept a password there
        refused.refuse(place.error().text);
        return std::nullopt;
    }
    place->url.text = *text;
    return *std::move(place);
}

std::optional<std::vector<store_url>> read_sentinel_urls(const entry& from)
{
    const auto read_one = [](const entry& item) -> std::optional<store_url> {
        auto place = read_store_url(item, {sentinel_port, false});
        return place ? std::optional<store_url>{std::move(place->url)} : std::nullopt;
    };
    auto urls = list_of<store_url>("a list of URLs of Sentinels", read_one)(from);
    if (!urls)
        return std::nullopt;
    if (from.value->items.empty())
        from.refuse("a list of at least one URL of a Sentinel");
    // The server that they name is reached in the same way, with or without TLS.
    if (std::any_of(urls->begin(), urls->end(), [&](const store_url& each) { return each.tls != urls->front().tls; }))
        from.refuse("URLs that all begin with redis://, or all with rediss://", "both");
    return urls;
}

struct sentinel_section {
    std::vector<store_url> urls;
    std::string master;
};

std::optional<sentinel_section> read_sentinel(const entry& from)
{
    sentinel_section out;
    section sentinel{from};
    sentinel.required("urls", out.urls, read_sentinel_urls);
    sentinel.required("master", out.master, read_text);
    sentinel.finish();
    return out;
}

void read_servers(section& store, store_settings& out)
{
    std::optional<store_place> server;
    sentinel_section sentinel;
    store.optional("url", server, [](const entry& found) { return read_store_url(found, {server_port, true}); });
    store.optional("sentinel", sentinel, read_sentinel);
    out.urls = std::move(sentinel.urls);
    out.master = std::move(sentinel.master);
    if (server) {
        out.urls = {std::move(server->url)};
        out.database = server->database;
    }
    if (store.has("url") && store.has("sentinel"))
        store.find("sentinel").refuse("either url or sentinel", "both");
    if (!store.has("url") && !store.has("sentinel"))
        store.refuse_missing("url", "the URL of a server (or sentinel, an object)");
}

}  // namespace

std::optional<store_settings> read_store(const entry& from)
{
    store_settings out;
    section store{from};
    read_servers(store, out);
    store.optional("password_file", out.password, read_secret_file);
    store.optional("username", out.username, read_text);
    store.optional("timeout", out.timeout, seconds_in(0.05, 60));
    store.optional("prefix", out.prefix, read_text);
    store.optional("replicas", out.replicas, integer_in<unsigned>(0, 100));
    store.optional("tls", out.tls, read_tls);
    if (store.has("username") && !store.has("password_file"))
        store.refuse_missing("password_file", "a password_file beside username");
    store.finish();
    return out;
}

}  // namespace wampfcgi::config
