#include "config/url.hpp"

#include "wampfcgi/checks/address.hpp"
#include "wampfcgi/core/text/authority.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace wampfcgi::config {
namespace {

using kind = router_url::transport_kind;

constexpr std::size_t max_socket_path_bytes = 107;  // sun_path has 108 with the final zero, unix(7)
constexpr std::size_t max_host_bytes = 253;         // RFC 1035, 2.3.4, as text without the final dot

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool is_host_character(char c)
{
    return is_digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '.' || c == '_';
}

// A URL scheme with a host.
struct scheme {
    std::string_view prefix;
    std::uint16_t default_port;  // 0: the port is required
    bool has_path;
    std::string_view form;
};

struct router_scheme : scheme {
    kind transport;
};

constexpr std::array<router_scheme, 4> router_schemes{{
    {{"rs://", 0, false, "rs://HOST:PORT"}, kind::rawsocket_tcp},
    {{"rss://", 0, false, "rss://HOST:PORT"}, kind::rawsocket_tls},
    {{"ws://", 80, true, "ws://HOST[:PORT][/PATH]"}, kind::websocket},
    {{"wss://", 443, true, "wss://HOST[:PORT][/PATH]"}, kind::websocket_tls},
}};

constexpr scheme proxy_scheme{"http://", 0, false, "http://HOST:PORT"};

// What follows the prefix of a scheme.
struct network_place {
    std::string host;
    std::uint16_t port;
    std::string path;
};

// A request line may contain printable ASCII (RFC 9112, 3); a URL of a WebSocket has no fragment (RFC 6455, 3).
bool is_path(std::string_view text)
{
    return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7F' && c != '#'; });
}

// The path and query of a WebSocket URL; adds a slash if the URL has none.
std::string request_target(std::string_view text)
{
    return text.starts_with('/') ? std::string{text} : '/' + std::string{text};
}

result<network_place, trouble> parse_network_place(const scheme& known, std::string_view text)
{
    const auto expected = [&](std::string_view what) { return trouble(std::string{known.form}.append(what)); };
    const std::string_view rest = text.substr(known.prefix.size());
    const std::string_view place = known.has_path ? rest.substr(0, rest.find_first_of("/?#")) : rest;
    const std::string_view path = rest.substr(place.size());

    if (place.find('@') != std::string_view::npos)
        return expected(" without user name and password");
    const auto [host_text, port_text] = split_authority(place);
    if (!port_text && known.default_port == 0)
        return trouble(std::string{"a port behind the host, as in "}.append(known.form));
    const std::uint16_t port = port_text ? parse_port(*port_text).value_or(0) : known.default_port;
    if (port == 0)
        return expected(known.has_path ? " with a port in 1..65535" : " with a port in 1..65535 and nothing behind it");
    auto host = parse_host(host_text);
    if (!host)
        return expected(" with a host name, an IPv4 address or an IPv6 address in brackets");
    if (!is_path(path))
        return expected(" with a path of printable ASCII, without spaces and #");
    return network_place{*std::move(host), port, known.has_path ? request_target(path) : std::string{}};
}

}  // namespace

std::optional<std::string> parse_host(std::string_view text)
{
    if (const auto address = unbracketed(text)) {
        const bool good = address->find(':') != std::string_view::npos && checks::parse_address(*address);
        return good ? std::optional<std::string>{*address} : std::nullopt;
    }
    if (text.empty() || text.size() > max_host_bytes || !std::all_of(text.begin(), text.end(), is_host_character))
        return std::nullopt;
    if (text.starts_with('.') || text.starts_with('-') || text.find("..") != std::string_view::npos)
        return std::nullopt;
    // A host of only digits and dots is an IPv4 address, or a mistyped one.
    const bool numeric = std::all_of(text.begin(), text.end(), [](char c) { return is_digit(c) || c == '.'; });
    if (numeric && !checks::parse_address(text))
        return std::nullopt;
    return std::string{text};
}

result<void, trouble> check_socket_path(std::string_view path)
{
    if (!path.starts_with('/') || path.find('\0') != std::string_view::npos)
        return trouble("unix:/PATH with an absolute path");
    if (path.size() > max_socket_path_bytes)
        return trouble("unix:/PATH with a path of at most " + std::to_string(max_socket_path_bytes) + " bytes");
    return {};
}

result<router_url, trouble> parse_url(std::string_view text)
{
    if (text.starts_with(unix_prefix)) {
        const std::string_view path = text.substr(unix_prefix.size());
        if (const auto checked = check_socket_path(path); !checked)
            return checked.error();
        return router_url{kind::rawsocket_unix, {}, 0, std::string{path}, std::string{text}};
    }
    std::string forms = "unix:/PATH";
    for (const router_scheme& known : router_schemes) {
        if (text.starts_with(known.prefix)) {
            auto place = parse_network_place(known, text);
            if (!place)
                return place.error();
            return router_url{known.transport, std::move(place->host), place->port, std::move(place->path),
                              std::string{text}};
        }
        forms.append(&known == &router_schemes.back() ? " or " : ", ").append(known.form);
    }
    return trouble(forms);
}

result<proxy_url, trouble> parse_proxy_url(std::string_view text)
{
    if (!text.starts_with(proxy_scheme.prefix))
        return trouble(std::string{proxy_scheme.form});
    auto place = parse_network_place(proxy_scheme, text);
    if (!place)
        return place.error();
    return proxy_url{std::move(place->host), place->port, std::string{text}};
}

}  // namespace wampfcgi::config
