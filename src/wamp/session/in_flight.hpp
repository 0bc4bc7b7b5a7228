// Owns the requests in flight: finds each by its operation and by its request id, and knows the earliest deadline.
// Takes memory only when there are more of them than ever before.
#pragma once

#include "wamp/session/requests.hpp"
#include "wampfcgi/bridge/session.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace wampfcgi::wamp {

/// An operation sent as request `id` of the session. No `deadline`: no limit.
struct sent_request {
    std::uint64_t id;
    request_kind kind;
    std::optional<std::chrono::steady_clock::time_point> deadline{};
    std::optional<std::chrono::milliseconds> part_timeout{};  ///< for each progressive result; 0: no limit
};

class in_flight {
public:
    using operation_id = bridge::session::operation_id;
    using time_point = std::chrono::steady_clock::time_point;

    struct one {
        operation_id id;
        bridge::outcome_sink* sink;
        sent_request as;
    };

    void add(const one& sent);

    /// Null when there is none. A pointer is valid until the next add() or take().
    const one* with_id(operation_id id) const noexcept;
    const one* with_request_id(std::uint64_t id) const noexcept;

    /// The one with the earliest deadline, and of several the one that came first; those without a deadline come last.
    const one* first() const noexcept;

    /// Sets another deadline.
    void defer(const one& which, time_point deadline) noexcept;

    /// Removes one that a function above returned.
    one take(const one& which) noexcept;

    bool empty() const noexcept { return by_deadline_.empty(); }

private:
    using place = std::uint32_t;  // an index in slots_
    static constexpr place nowhere = UINT32_MAX;

    struct slot : one {
        std::size_t in_heap;
        place next_by_id;  // in its chain; of an unused slot, the next unused one
        place next_by_request;
    };
    struct due {
        time_point when;
        operation_id id;
        place at;
    };

    void grow();
    void link(place at) noexcept;
    void unlink(place at) noexcept;
    place place_of(const one& which) const noexcept;
    void put(std::size_t position, const due& each) noexcept;
    void rise(std::size_t position) noexcept;
    void sink(std::size_t position) noexcept;

    std::vector<slot> slots_;
    place unused_ = nowhere;
    // The heads of chains, by the lowest bits of ids. Ids count up, so that chains are short.
    std::vector<place> by_id_;
    std::vector<place> by_request_;
    std::vector<due> by_deadline_;  // a heap, with the earliest one first
};

}  // namespace wampfcgi::wamp
