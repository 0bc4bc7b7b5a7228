// Owns the calls of one session: those that wait for it, those in flight, and when each has to end.
// Owns no timer or clock: it is told the time.
#pragma once

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

/// Bytes that a call takes while it waits, about.
std::size_t bytes_of(const call& what);

/// Calls come out one at a time: what is told the end of one may cancel others, or make new ones.
class call_table {
public:
    using call_id = bridge::session::call_id;
    using time_point = std::chrono::steady_clock::time_point;

    /// A call that has ended and is in the table no more; whoever took it out tells the sink.
    struct ended_call {
        bridge::call_sink* sink;
        outcome how;
        std::optional<std::uint64_t> cancel_request_id{};  ///< set: CANCEL for it is to be sent
    };

    /// Keeps a call that waits for the session until `deadline`.
    call_id add_waiting(call what, bridge::call_sink& sink, time_point deadline);

    /// Keeps a call that was sent as `request_id`; `deadline` is its time-out, none when it may take for ever.
    call_id add_sent(std::uint64_t request_id, bridge::call_sink& sink, std::optional<time_point> deadline);

    /// Keeps a call that cannot be made until take_failed() gives it.
    call_id add_failed(failure why, bridge::call_sink& sink);

    /// Takes the call that has waited longest out, in order to send it.
    struct waiting_call {
        call_id id;
        call what;
        bridge::call_sink* sink;
    };
    std::optional<waiting_call> take_waiting();

    /// Puts a call back that take_waiting() gave: as sent, or as failed.
    void put_sent(call_id id, std::uint64_t request_id, bridge::call_sink& sink, std::optional<time_point> deadline);
    void put_failed(call_id id, failure why, bridge::call_sink& sink);

    /// Ends the call that was sent as `request_id`; nothing when there is none (a late or unknown answer).
    std::optional<ended_call> answer(std::uint64_t request_id, outcome how);

    /// How long the call sent as `request_id` still has at `now`; nothing when there is no such call or no time-out.
    std::optional<time_point::duration> time_left(std::uint64_t request_id, time_point now) const;

    /// Takes out a call whose deadline is not after `now`: router_unavailable for one that waited, else call_timeout.
    std::optional<ended_call> take_expired(time_point now);

    /// Takes out a call that cannot be made.
    std::optional<ended_call> take_failed();

    /// Takes out a call in flight to end as `why`.
    std::optional<ended_call> take_sent(const failure& why);

    /// Takes a call out that nobody waits for; the request id is there when it was sent.
    std::optional<std::uint64_t> remove(call_id id);

    /// The earliest deadline of all.
    std::optional<time_point> next_deadline() const;

    /// What the calls that wait for the session take.
    std::size_t waiting_bytes() const noexcept { return waiting_bytes_; }

    bool any_waiting() const noexcept { return !waiting_.empty(); }
    bool any_sent() const noexcept { return !by_request_.empty(); }

private:
    struct sent_call {
        bridge::call_sink* sink;
        std::uint64_t request_id;
        std::optional<time_point> deadline;
    };
    struct queued_call {
        call what;
        bridge::call_sink* sink;
        time_point deadline;
    };
    struct failed_call {
        call_id id;
        failure why;
        bridge::call_sink* sink;
    };

    queued_call take_out(std::map<call_id, queued_call>::iterator place);

    call_id last_id_ = 0;
    std::size_t waiting_bytes_ = 0;
    std::map<call_id, queued_call> waiting_;  // in the order in which they came
    std::unordered_map<call_id, sent_call> sent_;
    std::unordered_map<std::uint64_t, call_id> by_request_;
    std::set<std::pair<time_point, call_id>> deadlines_;
    std::deque<failed_call> failed_;
};

}  // namespace wampfcgi::wamp
