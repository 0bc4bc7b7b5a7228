#pragma once
// Parses PUBLISH.Options.

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
    audience receivers;  ///< without the effect of exclude_me
};

/// Nothing when an option has a wrong type, which breaks the protocol.
std::optional<publish_options> read_publish_options(std::string_view packed_map);

}  // namespace wampfcgi::devrouter
