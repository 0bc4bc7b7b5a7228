// Owns the requests of one session: those that wait for the session, those in flight, and their deadlines. Owns no
// timer or clock: callers pass the time.
#pragma once

#include "wamp/session/in_flight.hpp"
#include "wamp/session/requests.hpp"
#include "wampfcgi/bridge/session.hpp"
#include "wampfcgi/core/call.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <utility>

namespace wampfcgi::wamp {

/// Approximate memory of a request while it waits.
std::size_t bytes_of(const router_request& what);

/// Returns ended operations one at a time: telling a sink of the end may cancel other operations, or begin new ones.
class operation_table {
public:
    using operation_id = bridge::session::operation_id;
    using time_point = std::chrono::steady_clock::time_point;

    /// An operation that has ended and left the table; the caller tells its sink.
    struct ended {
        bridge::outcome_sink* sink;
        outcome how;
        std::optional<std::uint64_t> cancel_request_id{};  ///< set: send CANCEL for this request
        bool was_sent = false;                             ///< the router has not answered it
    };

    /// Adds an operation that waits for the session until `deadline`.
    operation_id add_waiting(router_request what, bridge::outcome_sink& sink, time_point deadline);

    /// Adds an operation that was sent.
    operation_id add_sent(const sent_request& as, bridge::outcome_sink& sink);

    /// Adds an operation that cannot be sent; take_failed() returns it later.
    operation_id add_failed(failure why, bridge::outcome_sink& sink);

    /// Takes the operation that has waited longest, to send it.
    struct waiting {
        operation_id id;
        router_request what;
        bridge::outcome_sink* sink;
    };
    std::optional<waiting> take_waiting();

    /// Puts back an operation from take_waiting(), as sent or as failed.
    void put_sent(operation_id id, const sent_request& as, bridge::outcome_sink& sink);
    void put_failed(operation_id id, failure why, bridge::outcome_sink& sink);

    /// Removes the operation sent as request `id`, which was answered. Null when there is none of that kind (a late or
    /// unknown answer).
    bridge::outcome_sink* take_answered(std::uint64_t id, request_kind kind);

    /// The sink for a part of the result of request `id`, whose time-out starts again. Null when there is no such
    /// request, or it did not ask for parts.
    bridge::outcome_sink* part_of(std::uint64_t id, time_point now);

    /// The time left for request `id` at `now`; nothing when there is no such request, or it has no time-out.
    std::optional<time_point::duration> time_left(std::uint64_t id, time_point now) const;

    /// Takes an operation whose deadline is not after `now`: router_unavailable if it was waiting, else call_timeout.
    std::optional<ended> take_expired(time_point now);

    /// Takes an operation that cannot be sent.
    std::optional<ended> take_failed();

    /// Takes an operation in flight, to end it with `why`.
    std::optional<ended> take_sent(const failure& why);

    /// Removes an operation. Returns the request id if it was sent as a CALL, which can be cancelled.
    std::optional<std::uint64_t> remove(operation_id id);

    /// The earliest deadline of all operations.
    std::optional<time_point> next_deadline() const;

    /// The memory of the operations that wait for the session.
    std::size_t waiting_bytes() const noexcept { return waiting_bytes_; }

    std::size_t count_waiting() const noexcept { return waiting_.size(); }
    bool any_waiting() const noexcept { return !waiting_.empty(); }
    bool any_sent() const noexcept { return !sent_.empty(); }

private:
    struct queued {
        router_request what;
        bridge::outcome_sink* sink;
        time_point deadline;
    };
    struct failed {
        operation_id id;
        failure why;
        bridge::outcome_sink* sink;
    };

    bool is_waiting_first() const;
    queued take_out(std::map<operation_id, queued>::iterator place);

    operation_id last_id_ = 0;
    std::size_t waiting_bytes_ = 0;
    std::map<operation_id, queued> waiting_;  // in order of arrival
    std::set<std::pair<time_point, operation_id>> waiting_deadlines_;
    in_flight sent_;
    std::deque<failed> failed_;
};

}  // namespace wampfcgi::wamp
