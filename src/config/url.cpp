#include "url.hpp"

#include "wampfcgi/checks/address.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <system_error>

namespace wampfcgi::config {
namespace {

using kind = router_url::transport_kind;

constexpr std::size_t max_socket_path_bytes = 107;  // sun_path has 108 with the zero at the end, unix(7)
constexpr std::size_t max_host_bytes = 253;         // RFC 1035, 2.3.4, as text without the last dot

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool is_host_character(char c)
{
    return is_digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '.' || c == '_';
}

std::optional<std::uint16_t> parse_port(std::string_view text)
{
    unsigned port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (text.empty() || text.size() > 5 || end != text.data() + text.size() || error != std::errc{})
        return std::nullopt;
    if (port < 1 || port > 65535)
        return std::nullopt;
    return static_cast<std::uint16_t>(port);
}

// The host without brackets, or nothing.
std::optional<std::string> parse_host(std::string_view text)
{
    if (text.size() >= 2 && text.front() == '[' && text.back() == ']') {
        const std::string_view address = text.substr(1, text.size() - 2);
        const bool good = address.find(':') != std::string_view::npos && checks::parse_address(address);
        return good ? std::optional<std::string>{address} : std::nullopt;
    }
    if (text.empty() || text.size() > max_host_bytes || !std::all_of(text.begin(), text.end(), is_host_character))
        return std::nullopt;
    if (text.starts_with('.') || text.starts_with('-') || text.find("..") != std::string_view::npos)
        return std::nullopt;
    // No name is all digits and dots: that is an IPv4 address, or a slip in one.
    const bool numeric = std::all_of(text.begin(), text.end(), [](char c) { return is_digit(c) || c == '.'; });
    if (numeric && !checks::parse_address(text))
        return std::nullopt;
    return std::string{text};
}

std::variant<router_url, std::string> parse_tcp(std::string_view text, std::string_view authority)
{
    const std::size_t colon = authority.rfind(':');
    const bool colon_in_brackets = authority.ends_with(']');
    if (colon == std::string_view::npos || colon_in_brackets)
        return std::string{"a port behind the host, as in rs://HOST:PORT"};
    const auto port = parse_port(authority.substr(colon + 1));
    if (!port)
        return std::string{"rs://HOST:PORT with a port in 1..65535 and nothing behind it"};
    auto host = parse_host(authority.substr(0, colon));
    if (!host)
        return std::string{"rs://HOST:PORT with a host name, an IPv4 address or an IPv6 address in brackets"};
    return router_url{kind::rawsocket_tcp, *std::move(host), *port, {}, std::string{text}};
}

std::variant<router_url, std::string> parse_unix(std::string_view text, std::string_view path)
{
    if (!path.starts_with('/') || path.find('\0') != std::string_view::npos)
        return std::string{"unix:/PATH with an absolute path"};
    if (path.size() > max_socket_path_bytes)
        return "unix:/PATH with a path of at most " + std::to_string(max_socket_path_bytes) + " bytes";
    return router_url{kind::rawsocket_unix, {}, 0, std::string{path}, std::string{text}};
}

}  // namespace

std::variant<router_url, std::string> parse_url(std::string_view text)
{
    constexpr std::string_view tcp = "rs://";
    constexpr std::string_view local = "unix:";
    if (text.starts_with(tcp))
        return parse_tcp(text, text.substr(tcp.size()));
    if (text.starts_with(local))
        return parse_unix(text, text.substr(local.size()));
    for (const std::string_view scheme : {"rss://", "ws://", "wss://"})
        if (text.starts_with(scheme))
            return "rs://HOST:PORT or unix:/PATH (" + std::string{scheme} + " is not supported yet)";
    return std::string{"rs://HOST:PORT or unix:/PATH"};
}

}  // namespace wampfcgi::config
