// Owns the meaning of a Valkey's or Redis's errors for the connection to it.
#pragma once

#include "store/valkey/protocol.hpp"

#include <string>
#include <string_view>

namespace wampfcgi::store {

inline constexpr std::string_view no_cluster =
    "the server belongs to a cluster, which is not supported: name one that stands alone, or Sentinels";

/// True when the server has only part of the keys.
bool is_of_cluster(const valkey_reply& reply);

/// True when the server cannot execute the command now, but another server, or this one later, can.
bool is_unfit(const valkey_reply& reply);

/// The reason, for the log.
std::string why_unfit(const valkey_reply& reply);

/// True when a configuration must be changed.
bool is_refused(const valkey_reply& reply);

}  // namespace wampfcgi::store
