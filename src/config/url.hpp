// Owns reading a router's URL. Connecting to it is wamp/'s business.
#pragma once

#include "wampfcgi/core/settings.hpp"

#include <string>
#include <string_view>
#include <variant>

namespace wampfcgi::config {

/// Reads "rs://HOST:PORT" or "unix:/PATH", or says what was expected instead.
std::variant<router_url, std::string> parse_url(std::string_view text);

}  // namespace wampfcgi::config
