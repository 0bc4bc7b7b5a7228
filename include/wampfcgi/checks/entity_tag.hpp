// Owns entity tags of cacheable answers, and whether a client's copy is current (RFC 9110, 8.8.3 and 13.1.2).
#pragma once

#include <string>
#include <string_view>

namespace wampfcgi::checks {

/// A strong tag for `body`, with its quotes; different bodies have different tags. Empty when OpenSSL fails.
std::string entity_tag(std::string_view body);

/// True when `if_none_match` is "*" or lists `tag`. Compares weakly, and ignores suffixes such as "-gzip" that servers
/// add inside the quotes when they compress an answer.
bool is_listed(std::string_view tag, std::string_view if_none_match);

}  // namespace wampfcgi::checks
