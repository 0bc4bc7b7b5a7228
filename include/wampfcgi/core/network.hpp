// Owns the value of an IP network. checks/address.hpp parses and matches it.
#pragma once

#include <array>
#include <cstdint>

namespace wampfcgi {

/// An IP address as 16 bytes, network order; IPv4 in its IPv4-mapped IPv6 form (RFC 4291, 2.5.5.2).
using ip_address = std::array<std::uint8_t, 16>;

/// An IP network. Bits of `address` after the prefix are ignored.
struct network {
    ip_address address{};
    unsigned prefix_bits = 128;  ///< 0..128, counted in the 16-byte form: 10.0.0.0/8 has 96 + 8

    friend bool operator==(const network&, const network&) = default;
};

}  // namespace wampfcgi
