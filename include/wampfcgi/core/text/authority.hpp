// Owns the form HOST[:PORT] (RFC 3986, 3.2) that URLs, origins, the Host header and addresses to listen on share. What
// a host may be differs among them, and is theirs to check.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wampfcgi {

/// The two sides of the colon. They are views of the text that was split.
struct authority {
    std::string_view host;                 ///< with the brackets that an IPv6 address has
    std::optional<std::string_view> port;  ///< whatever is behind the colon; absent without one
};

/// Splits at the last colon, but never within brackets.
authority split_authority(std::string_view text) noexcept;

/// Reads a port, 0 to 65535, from one to five digits.
std::optional<std::uint16_t> parse_port(std::string_view text) noexcept;

/// What is within the brackets of "[::1]"; nothing when `host` is not enclosed in brackets.
std::optional<std::string_view> unbracketed(std::string_view host) noexcept;

/// `host` as it stands in an authority: an IPv6 address in brackets, anything else unchanged.
std::string bracketed(std::string_view host);

}  // namespace wampfcgi
