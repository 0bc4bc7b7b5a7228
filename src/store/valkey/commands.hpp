// Owns the commands for a shared store, and the meaning of its replies: whether a signature is new, whether a bucket
// has a token.
#pragma once

#include "store/valkey/connection_fsm.hpp"
#include "store/valkey/marker.hpp"
#include "wampfcgi/bridge/rate_counter.hpp"
#include "wampfcgi/bridge/store.hpp"
#include "wampfcgi/core/settings.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace wampfcgi::store {

/// Remembers a signature for `keep`, unless it is already remembered.
valkey_request remembering(const store_settings& store, const bridge::signature_bytes& signature,
                           std::chrono::milliseconds keep);

/// How long to keep a signature: until all clocks that differ by up to `delta_limit` agree that it has expired.
std::chrono::milliseconds time_to_keep(bridge::store::instant until, bridge::store::instant now,
                                       std::chrono::seconds delta_limit);

/// True when the store may have forgotten a signature that is fresh until `until`.
bool may_be_forgotten(const known_memory& memory, bridge::store::instant until, std::chrono::seconds delta_limit);

/// Fails with request_replayed, store_unavailable.
result<void> is_new(const store_settings& store, const valkey_outcome& answered);

/// The key of the bucket of `client` at the service `of`, which must have a rate.
std::string bucket_key(const store_settings& store, const service_settings& of, std::string_view client);

/// Whether the server is expected to have the script cached.
enum class script_form { digest, text };

/// Takes a token from the bucket `key`, if there is one.
valkey_request taking_token(const std::string& key, const rate_limit& rate, script_form form);

/// True when the server does not have the script cached: it has done nothing.
bool script_is_unknown(const valkey_outcome& answered);

/// Fails with store_unavailable.
result<bridge::rate_decision> decision_of(const valkey_outcome& answered);

}  // namespace wampfcgi::store
