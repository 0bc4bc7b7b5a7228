// Owns the options of a publication: maps those that a client may set to PUBLISH.Options.
#pragma once

#include "wampfcgi/codec/body.hpp"
#include "wampfcgi/core/result.hpp"

#include <string>
#include <string_view>

namespace wampfcgi::codec {

/// Makes PUBLISH.Options (WAMP specification, "Publish and Subscribe", "Subscriber Black- and Whitelisting") from
/// `given`, a MessagePack map or empty. Fails with options_invalid when a known option has a value for which a router
/// might end the session: other requests share the session. Omits unknown options and null.
result<std::string> publish_options(std::string_view given, sender from);

}  // namespace wampfcgi::codec
