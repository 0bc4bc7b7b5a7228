// Owns what the errors of a Valkey or Redis mean for the connection to it.
#pragma once

#include "store/valkey/protocol.hpp"

#include <string>
#include <string_view>

namespace wampfcgi::store {

inline constexpr std::string_view no_cluster =
    "the server belongs to a cluster, which is not supported: name one that stands alone, or Sentinels";

/// True where the server does not have all keys.
bool is_of_cluster(const valkey_reply& reply);

/// True where the server cannot do what was asked now, and another one, or the same later, can.
bool is_unfit(const valkey_reply& reply);

/// Why, for the log.
std::string why_unfit(const valkey_reply& reply);

/// True where somebody has to change a configuration.
bool is_refused(const valkey_reply& reply);

}  // namespace wampfcgi::store
