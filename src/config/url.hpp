// Owns parsing the URLs of a router and of its proxy, and the parts that a store's URL has in common with them. wamp/
// and store/ connect.
#pragma once

#include "wampfcgi/core/settings.hpp"
#include "wampfcgi/core/trouble.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace wampfcgi::config {

/// The beginning of a Unix socket's URL.
inline constexpr std::string_view unix_prefix = "unix:";

/// The host without brackets; nothing unless it is a name, an IPv4 address, or an IPv6 address in brackets.
std::optional<std::string> parse_host(std::string_view text);

/// Refuses what may not follow `unix_prefix`; the trouble says what was expected.
result<void, trouble> check_socket_path(std::string_view path);

/// Parses "rs://HOST:PORT", "rss://HOST:PORT", "unix:/PATH", "ws://HOST[:PORT][/PATH]" or "wss://HOST[:PORT][/PATH]".
/// The trouble says what was expected.
result<router_url, trouble> parse_url(std::string_view text);

/// Parses "http://HOST:PORT". The trouble says what was expected.
result<proxy_url, trouble> parse_proxy_url(std::string_view text);

}  // namespace wampfcgi::config
