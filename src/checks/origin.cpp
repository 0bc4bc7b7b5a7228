#include "wampfcgi/checks/origin.hpp"

#include "wampfcgi/checks/address.hpp"
#include "wampfcgi/checks/transport.hpp"

#include "checks/text.hpp"

#include <algorithm>
#include <cstdint>

namespace wampfcgi::checks {

namespace {

/// host[:port], the host in lower case, IPv6 in brackets.
struct authority {
    std::string host;
    std::optional<std::uint64_t> port;
};

struct web_origin {
    std::string_view scheme;
    authority where;
};

std::uint64_t default_port(std::string_view scheme)
{
    return scheme == "https" ? 443 : 80;
}

/// A name or IPv4 address in ASCII (names beyond it travel as Punycode), or an IPv6 address in brackets.
bool is_host(std::string_view host)
{
    if (host.starts_with('[') && host.ends_with(']')) {
        const std::string_view inside = host.substr(1, host.size() - 2);
        return inside.find(':') != std::string_view::npos && parse_address(inside);
    }
    return !host.empty() && std::ranges::all_of(host, [](char c) {
        return is_digit(c) || (c >= 'a' && c <= 'z') || c == '-' || c == '.' || c == '_';
    });
}

/// `text` is in lower case.
std::optional<authority> parse_authority(std::string_view text)
{
    const auto host_end = text.find(':', text.starts_with('[') ? std::min(text.find(']'), text.size()) : 0);
    const std::string_view host = text.substr(0, host_end);
    if (!is_host(host))
        return std::nullopt;
    if (host_end == std::string_view::npos)
        return authority{std::string(host), std::nullopt};
    const auto port = read_number(text.substr(host_end + 1));
    if (!port || *port == 0 || *port > 65'535)
        return std::nullopt;
    return authority{std::string(host), port};
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

/// True when the page came from the host that the request went to. The schemes are not compared: TLS may end in front
/// of the web server, which then knows of no HTTPS.
bool is_own_host(const web_origin& origin, std::string_view host_header)
{
    const auto own = parse_authority(to_lower(host_header));
    const auto port = default_port(origin.scheme);
    return own && own->host == origin.where.host && own->port.value_or(port) == origin.where.port.value_or(port);
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
    const bool own_host = origin && is_own_host(*origin, req.host());
    if (own_host && (origin->scheme == "https") == is_tls(req.https()))
        return origin_grant{};
    // A page that came by http and calls by https, or the reverse, is of another origin to its browser: where such an
    // origin is listed, it needs the answer that says so.
    const bool listed_by_name = origin && std::ranges::find(allowed, to_string(*origin)) != allowed.end();
    if (listed_by_name || std::ranges::find(allowed, "*") != allowed.end())
        return origin_grant{true, listed_by_name};
    if (own_host)
        return origin_grant{};
    return refusal(errc::origin_denied,
                   "origin is neither the own host nor one of " + std::to_string(allowed.size()) + " allowed",
                   *req.origin());
}

}  // namespace wampfcgi::checks
