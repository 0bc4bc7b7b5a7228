// Owns the interface between the bridge and whatever remembers the signed requests that have been made.
#pragma once

#include "wampfcgi/core/result.hpp"

#include <array>
#include <chrono>
#include <cstdint>

namespace wampfcgi::bridge {

/// The HMAC-SHA256 of a signed request.
using signature_bytes = std::array<std::uint8_t, 32>;

/// Remembers signatures for services of one `timestamp_delta_limit`. replay::memory is the real one.
class replay_guard {
public:
    using instant = std::chrono::sys_time<std::chrono::microseconds>;

    virtual ~replay_guard() = default;

    /// Remembers a signature that was found valid until `expires_at`, the last instant at which it is fresh; that is
    /// not before `now`, and at most twice the limit behind it. Fails with request_replayed if it is remembered
    /// already, with overloaded if it cannot be remembered, or may have been and is forgotten.
    virtual result<void> remember(const signature_bytes& signature, instant expires_at, instant now) = 0;
};

}  // namespace wampfcgi::bridge
