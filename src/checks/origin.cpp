#include "wampfcgi/checks/origin.hpp"

#include "wampfcgi/checks/address.hpp"
#include "wampfcgi/checks/transport.hpp"

#include "checks/text.hpp"
#include "wampfcgi/core/text/authority.hpp"

#include <algorithm>
#include <cstdint>

namespace wampfcgi::checks {

namespace {

/// The host in lower case, IPv6 in brackets.
struct host_and_port {
    std::string host;
    std::optional<std::uint16_t> port;
};

struct web_origin {
    std::string_view scheme;
    host_and_port where;
};

std::uint16_t default_port(std::string_view scheme)
{
    return scheme == "https" ? 443 : 80;
}

/// A name or IPv4 address in ASCII (names beyond it travel as Punycode), or an IPv6 address in brackets.
bool is_host(std::string_view host)
{
    if (const auto address = unbracketed(host))
        return address->find(':') != std::string_view::npos && parse_address(*address);
    return !host.empty() && std::ranges::all_of(host, [](char c) {
        return is_digit(c) || (c >= 'a' && c <= 'z') || c == '-' || c == '.' || c == '_';
    });
}

/// `text` is in lower case.
std::optional<host_and_port> parse_authority(std::string_view text)
{
    const auto [host, port_text] = split_authority(text);
    if (!is_host(host))
        return std::nullopt;
    if (!port_text)
        return host_and_port{std::string(host), std::nullopt};
    const auto port = parse_port(*port_text);
    if (!port || *port == 0)
        return std::nullopt;
    return host_and_port{std::string(host), port};
}

/// `text` is in lower case.
std::optional<web_origin> parse_web_origin(std::string_view text)
{
    const auto scheme_end = text.find("://");
    const std::string_view scheme = text.substr(0, scheme_end);
    if (scheme_end == std::string_view::npos || (scheme != "http" && scheme != "https"))
        return std::nullopt;
    auto where = parse_authority(text.substr(scheme_end + 3));
    if (!where)
        return std::nullopt;
    if (where->port == default_port(scheme))
        where->port.reset();
    return web_origin{scheme == "http" ? "http" : "https", *std::move(where)};
}

std::string to_string(const web_origin& origin)
{
    std::string text = std::string(origin.scheme) + "://" + origin.where.host;
    if (origin.where.port)
        text += ":" + std::to_string(*origin.where.port);
    return text;
}

/// True when the page came from the host that the request went to, whatever the schemes. A Host without a port may have
/// lost it (Debian's nginx sends $host): then the port that the web server listens on counts, too.
bool is_own_host(const web_origin& origin, const request& req)
{
    const auto own = parse_authority(to_lower(req.host()));
    if (!own || own->host != origin.where.host)
        return false;
    const auto port = origin.where.port.value_or(default_port(origin.scheme));
    if (own->port)
        return *own->port == port;
    return port == default_port(origin.scheme) || port == parse_port(req.server_port());
}

/// Fit to be sent back in a header: printable ASCII, which every origin is (WHATWG HTML, "ASCII serialization").
bool is_printable(std::string_view text)
{
    return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

}  // namespace

std::optional<std::string> parse_origin(std::string_view text)
{
    if (text == "*")
        return "*";
    const auto origin = parse_web_origin(to_lower(text));
    if (!origin)
        return std::nullopt;
    return to_string(*origin);
}

result<origin_grant> check_origin(const request& req, const std::vector<std::string>& allowed)
{
    if (!req.origin() || req.origin()->empty())
        return origin_grant{};
    if (!is_printable(*req.origin()))
        return refusal(errc::origin_denied, "origin is not printable ASCII", *req.origin());
    const auto origin = parse_web_origin(to_lower(*req.origin()));
    const bool own_host = origin && is_own_host(*origin, req);
    if (own_host && (origin->scheme == "https") == is_tls(req.https()))
        return origin_grant{};
    // A page that came by http and calls by https, or the reverse, is of another origin to its browser: where such an
    // origin is listed, it needs the answer that says so.
    const bool listed_by_name = origin && std::ranges::find(allowed, to_string(*origin)) != allowed.end();
    if (listed_by_name || std::ranges::find(allowed, "*") != allowed.end())
        return origin_grant{true, listed_by_name};
    // TLS may end in front of the web server, which then knows of no HTTPS.
    if (own_host && origin->scheme == "https")
        return origin_grant{};
    return refusal(errc::origin_denied,
                   "origin is neither the own host nor one of " + std::to_string(allowed.size()) + " allowed",
                   *req.origin());
}

}  // namespace wampfcgi::checks
