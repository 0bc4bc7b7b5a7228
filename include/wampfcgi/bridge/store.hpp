// Owns the interface between the bridge and the stores of signatures, which detect replays.
#pragma once

#include "wampfcgi/core/completion.hpp"
#include "wampfcgi/core/result.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <string_view>

namespace wampfcgi::bridge {

/// The HMAC-SHA256 of a signed request.
using signature_bytes = std::array<std::uint8_t, 32>;

/// A key of a service; each key has its share of a store. All processes derive the same id.
enum class key_id : std::uint64_t {};

/// The key called `key` of the service at `path`.
key_id id_of(std::string_view path, std::string_view key) noexcept;

/// Remembers signatures for the services with one `timestamp_delta_limit`. Has its own clock. store::local implements
/// it. Used by one thread.
class store {
public:
    using instant = std::chrono::sys_time<std::chrono::microseconds>;
    using remembered = completion<result<void>>;

    /// Names a pending request, for give_up(); 0: nothing is pending.
    using ticket = std::uint64_t;

    virtual ~store() = default;

    /// Remembers a valid signature until `until`, the last instant at which it is fresh. Calls `done` once: usually
    /// before it returns, with the result 0; otherwise within about a second, unless give_up() comes first. Fails with
    /// request_replayed when the signature is already remembered; with request_expired when it is not fresh by the
    /// store's clock; with overloaded when it cannot be remembered, or when that is not certain.
    virtual ticket remember(key_id key, const signature_bytes& signature, instant until, remembered done) = 0;

    /// Drops the `done` of a pending request. The signature may have been remembered or not. Does nothing when the
    /// request has ended.
    virtual void give_up(ticket waiting) = 0;
};

}  // namespace wampfcgi::bridge
