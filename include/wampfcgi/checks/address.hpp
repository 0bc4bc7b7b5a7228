// Owns reading IP addresses and networks, and whether a client's address is among those a service allows.
#pragma once

#include "wampfcgi/core/network.hpp"
#include "wampfcgi/core/result.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace wampfcgi::checks {

/// Reads an IPv4 or IPv6 address in text form; IPv4 comes back IPv4-mapped. Nothing when it is no address.
std::optional<ip_address> parse_address(std::string_view text);

/// What clients are counted by: the address, or of an IPv6 address the network of 64 bits, for whoever has one of its
/// addresses has them all. All zeros for what cannot be read.
ip_address counted_address(std::string_view remote_addr);

/// Reads "ADDRESS", "ADDRESS/PREFIX" or "IPV4/NETMASK"; host bits may be set. Nothing when it is no network.
std::optional<network> parse_network(std::string_view text);

/// Refuses a client outside `allowed` (absent: all may call). Fails with address_denied.
result<void> check_address(std::string_view remote_addr, const std::optional<std::vector<network>>& allowed);

}  // namespace wampfcgi::checks
