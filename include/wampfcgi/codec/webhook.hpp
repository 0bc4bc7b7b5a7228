// Owns the conversion of a webhook's request to an event: its body, and its headers without those that may hold
// secrets.
#pragma once

#include "wampfcgi/codec/body.hpp"
#include "wampfcgi/core/request.hpp"
#include "wampfcgi/core/result.hpp"
#include "wampfcgi/core/settings.hpp"

#include <cstddef>
#include <limits>

namespace wampfcgi::codec {

/// Makes a publication with one argument, {"headers": {NAME: [VALUE, ...], ...}, "body": TEXT}. A header's value that
/// is not UTF-8 is read as ISO-8859-1. Omits, unless `options` asks for them: Cookie, the headers used for
/// verification, and any header whose name suggests a secret. Fails with body_not_utf8 (also for a body beginning with
/// U+0000, which WAMP would take for binary data), and with body_too_large when the argument takes more than
/// `most_bytes` of MessagePack.
result<parsed_publication> webhook_publication(const request& req, const webhook_options& options,
                                               std::size_t most_bytes = std::numeric_limits<std::size_t>::max());

}  // namespace wampfcgi::codec
