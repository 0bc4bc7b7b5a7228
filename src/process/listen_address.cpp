#include "wampfcgi/process/listen.hpp"

#include "wampfcgi/log/log.hpp"

#include <arpa/inet.h>
#include <charconv>
#include <netinet/in.h>
#include <optional>
#include <system_error>

namespace wampfcgi::process {

namespace {

constexpr std::string_view unix_prefix = "unix:";
constexpr const char* forms = "expected unix:PATH, HOST:PORT or [IPV6]:PORT";

using parsed = std::variant<listen_address, std::string>;

std::optional<std::uint16_t> parse_port(std::string_view text) noexcept
{
    std::uint16_t port = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, port);
    if (error != std::errc{} || stop != end)
        return {};
    return port;
}

/// With or without a zone: fe80::1%eth0.
bool is_ipv6(std::string_view host)
{
    in6_addr address{};
    return inet_pton(AF_INET6, std::string(host.substr(0, host.find('%'))).c_str(), &address) == 1;
}

parsed tcp(std::string_view host, std::string_view port_text)
{
    const auto port = parse_port(port_text);
    if (!port)
        return "expected a port from 0 to 65535, got " + log::quote(port_text);
    return tcp_address{std::string(host), *port};
}

parsed parse_bracketed(std::string_view text)
{
    const auto end = text.find("]:");
    if (end == std::string_view::npos)
        return forms;
    const std::string_view host = text.substr(1, end - 1);
    if (!is_ipv6(host))
        return "expected an IPv6 address in the brackets, got " + log::quote(host);
    return tcp(host, text.substr(end + 2));
}

}  // namespace

std::variant<listen_address, std::string> parse_listen_address(std::string_view text)
{
    if (text.find('\0') != std::string_view::npos || text == unix_prefix)
        return forms;
    if (text.starts_with(unix_prefix))
        return unix_address{std::string(text.substr(unix_prefix.size()))};
    if (text.starts_with('['))
        return parse_bracketed(text);
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos || colon == 0)
        return forms;
    const std::string_view host = text.substr(0, colon);
    if (host.find(':') != std::string_view::npos)
        return "expected brackets around an IPv6 address: [IPV6]:PORT";
    return tcp(host, text.substr(colon + 1));
}

}  // namespace wampfcgi::process
