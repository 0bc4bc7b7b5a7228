// Owns the interface between the bridge and whatever remembers the signed requests that have been made.
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

/// A key of a service, by which its share of a store is counted. All processes derive the same one.
enum class key_id : std::uint64_t {};

/// The key called `key` of the service at `path`.
key_id id_of(std::string_view path, std::string_view key) noexcept;

/// Remembers signatures for services of one `timestamp_delta_limit`. It owns its clock. store::local is the real one.
/// Used by one thread.
class store {
public:
    using instant = std::chrono::sys_time<std::chrono::microseconds>;
    using remembered = completion<result<void>>;

    /// A request that waits, by which it can be given up; 0: none waits.
    using ticket = std::uint64_t;

    virtual ~store() = default;

    /// Remembers a valid signature until `until`, the last instant at which it is fresh. `done` is called once, as a
    /// rule from within this function, which then returns 0; otherwise within about a second, unless it is given up.
    /// Fails with request_replayed if the signature is remembered already; with request_expired if it is not fresh
    /// (any more) by the clock of the store; with overloaded if it cannot be remembered, or may have been and is lost.
    virtual ticket remember(key_id key, const signature_bytes& signature, instant until, remembered done) = 0;

    /// Drops the `done` of a request that waits. Whether the signature is remembered is not known then. Does nothing
    /// for one that does not wait any more.
    virtual void give_up(ticket waiting) = 0;
};

}  // namespace wampfcgi::bridge
