// Owns reading a router's URL, and what a store's has in common with it. Connecting to them is wamp/'s and store/'s
// business.
#pragma once

#include "wampfcgi/core/settings.hpp"
#include "wampfcgi/core/trouble.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace wampfcgi::config {

/// What a URL of a Unix socket begins with.
inline constexpr std::string_view unix_prefix = "unix:";

/// The host without brackets; nothing where it is neither a name, an IPv4 address nor an IPv6 address in brackets.
std::optional<std::string> parse_host(std::string_view text);

/// Refuses what cannot stand behind `unix_prefix`, and says what was expected.
result<void, trouble> check_socket_path(std::string_view path);

/// Reads "rs://HOST:PORT", "rss://HOST:PORT", "unix:/PATH", "ws://HOST[:PORT][/PATH]" or "wss://HOST[:PORT][/PATH]", or
/// says what was expected instead.
result<router_url, trouble> parse_url(std::string_view text);

}  // namespace wampfcgi::config
