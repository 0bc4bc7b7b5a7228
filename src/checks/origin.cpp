#include "wampfcgi/checks/origin.hpp"

#include "wampfcgi/checks/address.hpp"
#include "wampfcgi/checks/transport.hpp"

#include "checks/text.hpp"
#include "wampfcgi/core/text/authority.hpp"

#include <algorithm>
#include <cstddef>
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

/// A name or IPv4 address in ASCII (browsers send other names as Punycode), or an IPv6 address in brackets.
bool is_host(std::string_view host)
{
    if (const auto address = unbracketed(host))
        return address->find(':') != std::string_view::npos && parse_address(*address);
    return !host.empty() && std::ranges::all_of(host, [](char c) {
        return is_digit(c) || (c >= 'a' && c <= 'z') || c == '-' || c == '.' || c == '_';
    });
}

/// `text` must be in lower case.
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

/// `text` must be in lower case.
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

/// True when the page comes from the host that the request was sent to, whatever the schemes. If Host has no port, the
/// web server may have dropped it (Debian's nginx sends $host), so its listening port counts too.
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

/// True for an IPv4 address or any other host that ends in a number, which has no subdomains (WHATWG URL, "ends in a
/// number").
bool ends_in_number(std::string_view host)
{
    return std::ranges::all_of(host.substr(host.rfind('.') + 1), is_digit);
}

bool has_empty_label(std::string_view host)
{
    return host.starts_with('.') || host.ends_with('.') || host.find("..") != std::string_view::npos;
}

constexpr std::string_view any_labels = "*.";

/// True for a host allowed after "*.": at least two labels, because "*.com" would be too wide.
bool has_subdomains(std::string_view host)
{
    return host.find('.') != std::string_view::npos && !has_empty_label(host) && !ends_in_number(host);
}

/// True when `entry` (from parse_origin) has a wildcard that matches one or more whole labels of `origin`.
bool is_below(std::string_view origin, std::string_view entry)
{
    const std::size_t star = entry.find(any_labels);
    if (star == std::string_view::npos)
        return false;
    const std::string_view scheme = entry.substr(0, star);
    const std::string_view domain = entry.substr(star + 1);
    if (origin.size() <= scheme.size() + domain.size() || !origin.starts_with(scheme) || !origin.ends_with(domain))
        return false;
    return !has_empty_label(origin.substr(scheme.size(), origin.size() - scheme.size() - domain.size()));
}

/// True for text that may be sent back in a header: printable ASCII, like every origin (WHATWG HTML, "ASCII
/// serialization").
bool is_printable(std::string_view text)
{
    return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

/// Refuses a GET by a page of another site that is not a navigation: a page can load an image from anywhere without an
/// Origin header. Following a link stays allowed.
result<void> check_fetch(const request& req)
{
    if (asks_by_query(req) && req.sec_fetch_site() == "cross-site" && req.sec_fetch_mode() != "navigate")
        return refusal(errc::origin_denied, "cross-site request without Origin", req.sec_fetch_mode());
    return {};
}

}  // namespace

std::optional<std::string> parse_origin(std::string_view text)
{
    if (text == "*")
        return "*";
    std::string lower = to_lower(text);
    const std::size_t scheme_end = lower.find("://*.");
    const bool is_wildcard = scheme_end != std::string::npos;
    if (is_wildcard)
        lower.erase(scheme_end + 3, any_labels.size());
    auto origin = parse_web_origin(lower);
    if (!origin || (is_wildcard && !has_subdomains(origin->where.host)))
        return std::nullopt;
    if (is_wildcard)
        origin->where.host.insert(0, any_labels);
    return to_string(*origin);
}

result<origin_grant> check_origin(const request& req, const std::vector<std::string>& allowed)
{
    if (!req.origin() || req.origin()->empty()) {
        if (auto ok = check_fetch(req); !ok)
            return ok.error();
        return origin_grant{};
    }
    if (!is_printable(*req.origin()))
        return refusal(errc::origin_denied, "origin is not printable ASCII", *req.origin());
    const auto origin = parse_web_origin(to_lower(*req.origin()));
    const bool own_host = origin && is_own_host(*origin, req);
    if (own_host && (origin->scheme == "https") == is_tls(req.https()))
        return origin_grant{};
    // To a browser, https and http are different origins, even of the same host. If such an origin is listed, the
    // answer needs the CORS headers.
    const std::string name = origin ? to_string(*origin) : std::string();
    if (origin && std::ranges::find(allowed, name) != allowed.end())
        return origin_grant{true, true};
    if (std::ranges::any_of(allowed, [&](const auto& entry) { return entry == "*" || is_below(name, entry); }))
        return origin_grant{true, false};
    // A proxy may terminate TLS, so that the web server does not set HTTPS.
    if (own_host && origin->scheme == "https")
        return origin_grant{};
    return refusal(errc::origin_denied,
                   "origin is neither the request's own nor one of " + std::to_string(allowed.size()) + " allowed",
                   *req.origin());
}

}  // namespace wampfcgi::checks
