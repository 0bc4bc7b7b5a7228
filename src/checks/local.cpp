#include "wampfcgi/checks/local.hpp"

#include "checks/text.hpp"
#include "wampfcgi/checks/address.hpp"
#include "wampfcgi/core/headers.hpp"
#include "wampfcgi/core/text/authority.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace wampfcgi::checks {
namespace {

bool is_loopback_address(std::string_view text)
{
    const auto address = parse_address(text);
    if (!address)
        return false;
    constexpr ip_address ipv6_loopback{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    constexpr ip_address ipv4_loopback{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127};  // 127.0.0.0/8
    return *address == ipv6_loopback || std::equal(address->begin(), address->begin() + 13, ipv4_loopback.begin());
}

bool is_loopback_name(std::string_view text)
{
    constexpr std::string_view name = "localhost";  // RFC 6761, 6.3
    const std::string host = to_lower(text);
    return host == name || (host.ends_with(std::string(".") + std::string(name)) && !host.starts_with('.'));
}

bool is_loopback_host(std::string_view text)
{
    const auto [host, port] = split_authority(text);
    if (port && !parse_port(*port))
        return false;
    if (const auto address = unbracketed(host))
        return address->find(':') != std::string_view::npos && is_loopback_address(*address);
    return is_loopback_name(host) || (host.find(':') == std::string_view::npos && is_loopback_address(host));
}

/// The name of a header that shows that a proxy forwarded the request, even if it is empty.
std::string_view sign_of_a_proxy(const request& req)
{
    constexpr std::array<std::string_view, 4> signs{"Forwarded", "X-Forwarded-For", "X-Real-Ip", "Via"};
    std::string_view rest = req.pairs();
    while (const auto header = take_header(rest))
        if (const auto sign = std::ranges::find(signs, header->name); sign != signs.end())
            return *sign;
    return {};
}

}  // namespace

result<void> check_local(const request& req)
{
    if (!is_loopback_address(req.remote_addr()))
        return refusal(errc::address_denied, "client address is not loopback, and require_ip is not set",
                       req.remote_addr());
    if (!is_loopback_host(req.host()))
        return refusal(errc::address_denied,
                       "Host is neither localhost nor a loopback address, and require_ip is not set", req.host());
    if (const std::string_view sign = sign_of_a_proxy(req); !sign.empty())
        return refusal(errc::address_denied,
                       "the request came through a proxy (" + std::string(sign) + "), and require_ip is not set", {});
    return {};
}

}  // namespace wampfcgi::checks
