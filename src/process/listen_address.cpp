#include "wampfcgi/process/listen.hpp"

#include "wampfcgi/core/text/authority.hpp"
#include "wampfcgi/log/log.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

namespace wampfcgi::process {

namespace {

constexpr std::string_view unix_prefix = "unix:";

trouble unknown_form()
{
    return trouble("expected unix:PATH, HOST:PORT or [IPV6]:PORT");
}

/// Accepts a zone: fe80::1%eth0.
bool is_ipv6(std::string_view host)
{
    in6_addr address{};
    return inet_pton(AF_INET6, std::string(host.substr(0, host.find('%'))).c_str(), &address) == 1;
}

result<listen_address, trouble> tcp(std::string_view host, std::string_view port_text)
{
    const auto port = parse_port(port_text);
    if (!port)
        return trouble("expected a port from 0 to 65535, got " + log::quote(port_text));
    return tcp_address{std::string(host), *port};
}

}  // namespace

result<listen_address, trouble> parse_listen_address(std::string_view text)
{
    if (text.find('\0') != std::string_view::npos || text == unix_prefix)
        return unknown_form();
    if (text.starts_with(unix_prefix))
        return unix_address{std::string(text.substr(unix_prefix.size()))};
    const auto [host, port] = split_authority(text);
    if (!port || host.empty())
        return unknown_form();
    const auto address = unbracketed(host);
    if (address && !is_ipv6(*address))
        return trouble("expected an IPv6 address in the brackets, got " + log::quote(*address));
    if (!address && host.starts_with('['))
        return unknown_form();
    if (!address && host.find(':') != std::string_view::npos)
        return trouble("expected brackets around an IPv6 address: [IPV6]:PORT");
    return tcp(address.value_or(host), *port);
}

}  // namespace wampfcgi::process
