// Owns the syntax HOST[:PORT] (RFC 3986, 3.2) of URLs, origins, the Host header and listen addresses. Callers check the
// host, since each allows other ones.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wampfcgi {

/// Host and port, as views of the parsed text.
struct authority {
    std::string_view host;                 ///< an IPv6 address keeps its brackets
    std::optional<std::string_view> port;  ///< everything after the colon; absent without a colon
};

/// Splits at the last colon outside brackets.
authority split_authority(std::string_view text) noexcept;

/// Parses a port, 0 to 65535, of one to five digits.
std::optional<std::uint16_t> parse_port(std::string_view text) noexcept;

/// The text inside the brackets of "[::1]"; nothing when `host` has no brackets.
std::optional<std::string_view> unbracketed(std::string_view host) noexcept;

/// `host` as written in an authority: an IPv6 address in brackets, anything else unchanged.
std::string bracketed(std::string_view host);

}  // namespace wampfcgi
