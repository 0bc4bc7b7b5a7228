// Owns the options of a publication: those that a client may set become PUBLISH.Options.
#pragma once

#include "wampfcgi/codec/body.hpp"
#include "wampfcgi/core/result.hpp"

#include <string>
#include <string_view>

namespace wampfcgi::codec {

/// Makes PUBLISH.Options (WAMP specification, "Publish and Subscribe", "Subscriber Black- and Whitelisting") of
/// `given`, a MessagePack map or empty. Fails with options_invalid where a known option has a value that a router might
/// end the session for, which others use as well. Unknown options and null are left out.
result<std::string> publish_options(std::string_view given, sender from);

}  // namespace wampfcgi::codec
