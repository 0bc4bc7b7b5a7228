// Owns the names of answers that caches keep, and whether a client has one already (RFC 9110, 8.8.3 and 13.1.2).
#pragma once

#include <string>
#include <string_view>

namespace wampfcgi::checks {

/// A strong tag for `body`, with its quotes: another body has another one. Empty where OpenSSL fails.
std::string entity_tag(std::string_view body);

/// True when `if_none_match` is "*" or lists `tag`. Tags are compared weakly, and what servers add inside the quotes
/// when they compress an answer ("-gzip") does not count.
bool is_listed(std::string_view tag, std::string_view if_none_match);

}  // namespace wampfcgi::checks
