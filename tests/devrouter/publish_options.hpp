#pragma once
// What PUBLISH.Options say.

#include "broker.hpp"

#include <optional>
#include <string_view>

namespace wampfcgi::devrouter {

enum class acknowledgement { none, wanted };

struct publish_options {
    acknowledgement reply = acknowledgement::none;
    bool exclude_me = true;
    bool disclose_me = false;
    bool retain = false;
    audience receivers;  ///< but for what exclude_me says
};

/// Nothing where one of them is of the wrong type, which breaks the protocol.
std::optional<publish_options> read_publish_options(std::string_view packed_map);

}  // namespace wampfcgi::devrouter
