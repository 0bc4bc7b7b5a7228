// Owns the event that a webhook's request becomes: its headers, but for those that may hold secrets, and its body.
#pragma once

#include "wampfcgi/codec/body.hpp"
#include "wampfcgi/core/request.hpp"
#include "wampfcgi/core/result.hpp"
#include "wampfcgi/core/settings.hpp"

#include <cstddef>
#include <limits>

namespace wampfcgi::codec {

/// Makes the publication with one argument, {"headers": {NAME: [VALUE, ...], ...}, "body": TEXT}. A header's value that
/// is no UTF-8 is read as ISO-8859-1. Left out unless `options` asks for them: Cookie, the headers that requests are
/// verified by, and whatever looks by its name as if it held a secret. Fails with body_not_utf8 (a body that begins
/// with U+0000, too, which WAMP would take for binary data), and with body_too_large when the argument takes more than
/// `most_bytes` of MessagePack.
result<parsed_publication> webhook_publication(const request& req, const webhook_options& options,
                                               std::size_t most_bytes = std::numeric_limits<std::size_t>::max());

}  // namespace wampfcgi::codec
