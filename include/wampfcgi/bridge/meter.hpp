// Owns the counters of one process. The process alone writes them, others may read them at any time. metrics/ decides
// where they are stored, who reads them and how they are shown.
#pragma once

#include "wampfcgi/bridge/answer.hpp"
#include "wampfcgi/core/errc.hpp"
#include "wampfcgi/core/settings.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>

namespace wampfcgi::bridge {

/// A figure with one writer. A reader in another process never sees a torn value, nor an older value after a newer one.
class cell {
public:
    void add(std::uint64_t more = 1) noexcept { set(value() + more); }
    void subtract(std::uint64_t less = 1) noexcept { set(value() - less); }
    void set(std::uint64_t value) noexcept { value_.store(value, std::memory_order_relaxed); }
    std::uint64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> value_ = 0;
};
static_assert(sizeof(cell) == sizeof(std::uint64_t) && std::atomic<std::uint64_t>::is_always_lock_free);

/// Adds 1 to a cell for as long as it lives.
class presence {
public:
    presence() = default;
    explicit presence(cell& in) noexcept : in_(&in) { in.add(); }
    presence(presence&& other) noexcept : in_(std::exchange(other.in_, nullptr)) {}
    presence& operator=(presence&& other) noexcept
    {
        std::swap(in_, other.in_);
        return *this;
    }
    ~presence()
    {
        if (in_ != nullptr)
            in_->subtract();
    }

    explicit operator bool() const noexcept { return in_ != nullptr; }

private:
    cell* in_ = nullptr;
};

/// HTTP statuses with a counter each; all others share one.
inline constexpr std::array<int, 17> counted_statuses{200, 202, 204, 304, 400, 401, 403, 404, 405,
                                                      413, 415, 429, 500, 501, 502, 503, 504};

/// A WAMP error with a counter of its own, and its HTTP status with status_codes "http".
struct known_error {
    std::string_view uri;
    int status;
};

/// Errors from the WAMP specification, "Predefined URIs", and others that routers send. All other errors share one
/// counter.
inline constexpr std::array<known_error, 11> known_errors{{
    {"wamp.error.no_such_procedure", 404},
    {"wamp.error.not_authorized", 403},
    {"wamp.error.authorization_failed", 403},
    {"wamp.error.invalid_argument", 400},
    {"wamp.error.invalid_uri", 400},
    {"wamp.error.no_eligible_callee", 502},
    {"wamp.error.no_available_callee", 502},
    {"wamp.error.callee_unavailable", 502},
    {"wamp.error.unavailable", 502},
    {"wamp.error.canceled", 504},
    {"wamp.error.timeout", 504},
}};

/// Upper bounds of the duration buckets, in microseconds. One more bucket counts longer durations.
inline constexpr std::array<std::uint64_t, 15> duration_bounds_us{
    500,     1'000,   2'500,     5'000,     10'000,    25'000,     50'000,    100'000,
    250'000, 500'000, 1'000'000, 2'500'000, 5'000'000, 10'000'000, 30'000'000};

struct duration_cells {
    std::array<cell, duration_bounds_us.size() + 1> counts;
    cell sum_us;

    void add(std::chrono::steady_clock::duration took) noexcept;
};

/// Figures of one entry of `paths`. The counters outlive the process, the gauges do not.
struct service_cells {
    struct counters {
        std::array<cell, counted_statuses.size() + 1> answers;  ///< by status
        std::array<cell, errc_table.size()> refusals;           ///< in the enumerators' order
        std::array<cell, known_errors.size() + 1> wamp_errors;
        duration_cells request_durations;  ///< complete answers only: the client decides how long a stream lasts
        duration_cells call_durations;
        cell received_bytes;  ///< of request bodies
        cell sent_bytes;      ///< of response bodies
        cell clients_left;    ///< clients that went away before the complete answer
        cell events_delivered;
        cell slow_streams_closed;
    };
    struct gauges {
        cell calls;    ///< calls and publications in flight
        cell streams;  ///< open streams
    };
    counters counted;
    gauges now;
};

/// Figures of a process's sessions in one realm with one role.
struct session_cells {
    struct counters {
        cell joined;
        cell lost;
    };
    struct gauges {
        cell wanted;
        cell up;
        cell waiting;       ///< requests that wait for a session
        cell queued_bytes;  ///< not yet sent to the router
    };
    counters counted;
    gauges now;
};

/// Figures of the store that several machines share.
struct store_cells {
    struct counters {
        cell round_trips;  ///< commands answered
        cell failures;     ///< commands answered with an error, or not answered
        cell waited_us;    ///< total time of waiting for answers
    };
    struct gauges {
        cell is_down;  ///< 1: the store cannot be reached
    };
    counters counted;
    gauges now;
};

/// Provides the cells of this process. They live as long as the meter. Used by one thread.
class meter {
public:
    virtual ~meter() = default;

    virtual service_cells& of(const service_settings& which) = 0;

    /// For requests whose path has no service.
    virtual service_cells& of_no_service() = 0;

    virtual session_cells& of_session(const std::string& realm, const std::string& role) = 0;

    /// For the store that several machines share.
    virtual store_cells& of_store() = 0;
};

/// A meter that nothing reads.
class unread_meter final : public meter {
public:
    service_cells& of(const service_settings& /*which*/) override { return services_.emplace_back(); }
    service_cells& of_no_service() override { return services_.emplace_back(); }
    session_cells& of_session(const std::string& /*realm*/, const std::string& /*role*/) override
    {
        return sessions_.emplace_back();
    }
    store_cells& of_store() override { return store_; }

private:
    std::deque<service_cells> services_;
    std::deque<session_cells> sessions_;
    store_cells store_;
};

/// The index of `status` in the counters; the last index stands for all other statuses.
std::size_t index_of_status(int status) noexcept;

/// The facts about a complete answer that are counted.
struct answer_facts {
    int status;
    std::uint64_t body_bytes;
    std::chrono::steady_clock::duration took;  ///< since the first byte of the request
};

/// Counts a complete answer. Does nothing when `in` is null.
void count_answer(service_cells* in, const answer_facts& facts, const request_report& how) noexcept;

/// Count the start of a stream, and what is known at its end.
void count_stream_begun(service_cells* in, int status) noexcept;
void count_stream_ended(service_cells* in, const request_report& how) noexcept;

}  // namespace wampfcgi::bridge
