// Owns parsing IP addresses and networks, and checking a client's address against a service's list.
#pragma once

#include "wampfcgi/core/network.hpp"
#include "wampfcgi/core/result.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace wampfcgi::checks {

/// Parses an IPv4 or IPv6 address; returns IPv4 as IPv4-mapped. Nothing when it is no address.
std::optional<ip_address> parse_address(std::string_view text);

/// The address that clients are counted by: for IPv6 the /64 network, because one client usually has all of its
/// addresses. All zeros when it cannot be parsed.
ip_address counted_address(std::string_view remote_addr);

/// Parses "ADDRESS", "ADDRESS/PREFIX" or "IPV4/NETMASK"; host bits may be set. Nothing when it is no network.
std::optional<network> parse_network(std::string_view text);

/// Refuses a client outside `allowed` (absent: allows all). Fails with address_denied.
result<void> check_address(std::string_view remote_addr, const std::optional<std::vector<network>>& allowed);

}  // namespace wampfcgi::checks
