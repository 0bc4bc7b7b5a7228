// Owns the requests of one session: those that wait for it, those in flight, and when each has to end.
// Owns no timer or clock: it is told the time.
#pragma once

#include "wamp/session/messages.hpp"
#include "wampfcgi/bridge/session.hpp"
#include "wampfcgi/core/call.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>

namespace wampfcgi::wamp {

/// Bytes that a request takes while it waits, about.
std::size_t bytes_of(const router_request& what);

/// Operations come out one at a time: what is told the end of one may cancel others, or begin new ones.
class operation_table {
public:
    using operation_id = bridge::session::operation_id;
    using time_point = std::chrono::steady_clock::time_point;

    /// One that has ended and is in the table no more; whoever took it out tells the sink.
    struct ended {
        bridge::outcome_sink* sink;
        outcome how;
        std::optional<std::uint64_t> cancel_request_id{};  ///< set: CANCEL for it is to be sent
        bool was_sent = false;                             ///< the router has left it without an answer
    };

    /// Keeps one that waits for the session until `deadline`.
    operation_id add_waiting(router_request what, bridge::outcome_sink& sink, time_point deadline);

    /// What was sent as request `id` of the session; `deadline` is its time-out, none when it may take for ever.
    struct sent_request {
        std::uint64_t id;
        request_kind kind;
        std::optional<time_point> deadline;
        std::optional<std::chrono::milliseconds> part_timeout{};  ///< set: parts of the result are asked for, each of
                                                                  ///< which has so long; 0: for ever
    };

    /// Keeps one that was sent.
    operation_id add_sent(const sent_request& as, bridge::outcome_sink& sink);

    /// Keeps one that cannot be sent until take_failed() gives it.
    operation_id add_failed(failure why, bridge::outcome_sink& sink);

    /// Takes the one that has waited longest out, in order to send it.
    struct waiting {
        operation_id id;
        router_request what;
        bridge::outcome_sink* sink;
    };
    std::optional<waiting> take_waiting();

    /// Puts back what take_waiting() gave: as sent, or as failed.
    void put_sent(operation_id id, const sent_request& as, bridge::outcome_sink& sink);
    void put_failed(operation_id id, failure why, bridge::outcome_sink& sink);

    /// Ends what was sent as request `id`; nothing when there is none of that kind (a late or unknown answer).
    std::optional<ended> answer(std::uint64_t id, request_kind kind, outcome how);

    /// What is to hear of a part of the result of request `id`, which has its time-out anew. Null when there is no such
    /// request, or it has not asked for parts.
    bridge::outcome_sink* part_of(std::uint64_t id, time_point now);

    /// How long the request `id` still has at `now`; nothing when there is no such request or no time-out.
    std::optional<time_point::duration> time_left(std::uint64_t id, time_point now) const;

    /// Takes out one whose deadline is not after `now`: router_unavailable for one that waited, else call_timeout.
    std::optional<ended> take_expired(time_point now);

    /// Takes out one that cannot be sent.
    std::optional<ended> take_failed();

    /// Takes out one in flight to end as `why`.
    std::optional<ended> take_sent(const failure& why);

    /// Takes one out that nobody waits for; the request id is there when it was sent as a CALL, which can be cancelled.
    std::optional<std::uint64_t> remove(operation_id id);

    /// The earliest deadline of all.
    std::optional<time_point> next_deadline() const;

    /// What those that wait for the session take.
    std::size_t waiting_bytes() const noexcept { return waiting_bytes_; }

    std::size_t count_waiting() const noexcept { return waiting_.size(); }
    bool any_waiting() const noexcept { return !waiting_.empty(); }
    bool any_sent() const noexcept { return !by_request_.empty(); }

private:
    struct sent {
        bridge::outcome_sink* sink;
        sent_request as;
    };
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

    queued take_out(std::map<operation_id, queued>::iterator place);

    operation_id last_id_ = 0;
    std::size_t waiting_bytes_ = 0;
    std::map<operation_id, queued> waiting_;  // in the order in which they came
    std::unordered_map<operation_id, sent> sent_;
    std::unordered_map<std::uint64_t, operation_id> by_request_;
    std::set<std::pair<time_point, operation_id>> deadlines_;
    std::deque<failed> failed_;
};

}  // namespace wampfcgi::wamp
