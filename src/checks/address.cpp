#include "wampfcgi/checks/address.hpp"

#include "checks/text.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <string>

namespace wampfcgi::checks {

namespace {

constexpr unsigned address_bits = 128;
constexpr unsigned ipv4_bits = 32;
constexpr ip_address ipv4_mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0};  // RFC 4291, 2.5.5.2

bool is_ipv6(std::string_view text)
{
    return text.find(':') != std::string_view::npos;
}

/// The number of leading one bits. Nothing when a one bit follows a zero bit.
std::optional<unsigned> parse_netmask(std::string_view text)
{
    const auto address = is_ipv6(text) ? std::nullopt : parse_address(text);
    if (!address)
        return std::nullopt;
    std::uint32_t mask = 0;
    std::for_each(address->begin() + 12, address->end(), [&](std::uint8_t byte) { mask = mask << 8 | byte; });
    const auto ones = static_cast<unsigned>(std::countl_one(mask));
    if (ones != static_cast<unsigned>(std::popcount(mask)))
        return std::nullopt;
    return ones;
}

/// Parses the part after the slash: a number of bits without leading zeros or, with IPv4, a netmask.
std::optional<unsigned> parse_prefix(std::string_view text, bool ipv6)
{
    if (!ipv6 && text.find('.') != std::string_view::npos)
        return parse_netmask(text);
    const auto bits = read_number(text);
    if (!bits || *bits > (ipv6 ? address_bits : ipv4_bits) || (text.size() > 1 && text.front() == '0'))
        return std::nullopt;
    return static_cast<unsigned>(*bits);
}

bool contains(const network& net, const ip_address& address)
{
    const unsigned whole_bytes = net.prefix_bits / 8;
    const unsigned bits_left = net.prefix_bits % 8;
    if (!std::equal(address.begin(), address.begin() + whole_bytes, net.address.begin()))
        return false;
    if (bits_left == 0)
        return true;
    return (address[whole_bytes] ^ net.address[whole_bytes]) >> (8 - bits_left) == 0;
}

/// "fe80::1%eth0" without its zone (RFC 4007, 11): the zone names the link, not the host.
std::string_view without_zone(std::string_view text)
{
    const auto percent = text.find('%');
    const bool has_zone = is_ipv6(text) && percent != std::string_view::npos && percent + 1 < text.size();
    return has_zone ? text.substr(0, percent) : text;
}

}  // namespace

std::optional<ip_address> parse_address(std::string_view text)
{
    if (text.find('\0') != std::string_view::npos)
        return std::nullopt;  // inet_pton would stop reading there
    const std::string terminated(text);
    ip_address address = ipv4_mapped;
    const bool ipv6 = is_ipv6(text);
    void* const target = ipv6 ? address.data() : address.data() + 12;
    if (inet_pton(ipv6 ? AF_INET6 : AF_INET, terminated.c_str(), target) != 1)
        return std::nullopt;
    return address;
}

ip_address counted_address(std::string_view remote_addr)
{
    constexpr auto network_bytes = 8;
    ip_address address = parse_address(without_zone(remote_addr)).value_or(ip_address{});
    if (!std::equal(address.begin(), address.begin() + 12, ipv4_mapped.begin()))
        std::fill(address.begin() + network_bytes, address.end(), std::uint8_t{0});
    return address;
}

std::optional<network> parse_network(std::string_view text)
{
    const auto slash = text.find('/');
    const std::string_view address_text = text.substr(0, slash);
    const auto address = parse_address(address_text);
    if (!address)
        return std::nullopt;
    if (slash == std::string_view::npos)
        return network{*address, address_bits};
    const bool ipv6 = is_ipv6(address_text);
    const auto prefix = parse_prefix(text.substr(slash + 1), ipv6);
    if (!prefix)
        return std::nullopt;
    return network{*address, ipv6 ? *prefix : address_bits - ipv4_bits + *prefix};
}

result<void> check_address(std::string_view remote_addr, const std::optional<std::vector<network>>& allowed)
{
    if (!allowed)
        return {};
    const auto address = parse_address(without_zone(remote_addr));
    if (!address)
        return refusal(errc::address_denied, "client address is not an IP address", remote_addr);
    if (std::ranges::none_of(*allowed, [&](const network& net) { return contains(net, *address); }))
        return refusal(errc::address_denied,
                       "client address is in none of " + std::to_string(allowed->size()) + " allowed networks",
                       remote_addr);
    return {};
}

}  // namespace wampfcgi::checks
