// Owns reading a router's URL. Connecting to it is wamp/'s business.
#pragma once

#include "wampfcgi/core/settings.hpp"
#include "wampfcgi/core/trouble.hpp"

#include <string_view>

namespace wampfcgi::config {

/// Reads "rs://HOST:PORT", "rss://HOST:PORT", "unix:/PATH", "ws://HOST[:PORT][/PATH]" or "wss://HOST[:PORT][/PATH]", or
/// says what was expected instead.
result<router_url, trouble> parse_url(std::string_view text);

}  // namespace wampfcgi::config
