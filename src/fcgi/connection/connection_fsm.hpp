// Owns all decisions about one connection of the web server: when to read, when a request is complete, when to answer,
// keep, hand over or close. Owns no descriptor, timer or clock: events go in, steps come out.
#pragma once

#include "fcgi/connection/budget.hpp"
#include "fcgi/records/answer_records.hpp"
#include "fcgi/records/record_scanner.hpp"
#include "wampfcgi/bridge/service.hpp"
#include "wampfcgi/core/errc.hpp"
#include "wampfcgi/core/request.hpp"
#include "wampfcgi/core/response.hpp"
#include "wampfcgi/core/result.hpp"

#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace wampfcgi::fcgi {

/// A shared_resources::room_maker. Reserves memory for the body early: reserved memory costs nothing until it is used,
/// but a body that grows in steps is copied at each.
bool make_room_for_body(request& req, std::uint64_t announced_bytes, std::size_t more_bytes);

/// What the connections of a worker share. Must outlive them.
struct shared_resources {
    /// Parses large CGI variables that did not arrive in one piece, with libfcgi. Nothing when descriptors
    /// or memory run out.
    using variables_reader = std::optional<request> (*)(std::string_view variables);

    /// Makes room for `more_bytes` of the body of `req`; `announced_bytes` is its announced length (0: unknown).
    /// Returns false when memory runs out.
    using room_maker = bool (*)(request& req, std::uint64_t announced_bytes, std::size_t more_bytes);

    variables_reader read_variables;
    room_maker make_room;
    std::size_t max_connections = 0;  ///< reported to a web server that asks
    budget requests;                  ///< requests being received
    budget answers;                   ///< answers being sent
    std::string scratch{};            ///< variables of one read; used before the next event
    std::string answer_memory{};      ///< of a small answer that was sent, for the next one
};

namespace event {
struct received {
    std::string_view bytes;  ///< not empty; used before resume() returns
};
struct peer_closed {};  ///< the web server has closed the connection, or reading failed
struct turn {};         ///< the other connections have had their turn
struct admitted {
    std::uint64_t body_limit_bytes;  ///< of the service; 0: none
    bridge::body_use body = bridge::body_use::read;
    std::uint64_t announced_bytes = 0;  ///< length of the body; 0: unknown
};
struct answered {
    response& whole;  ///< its body is moved out before resume() returns
};
struct stream_started {
    const response& head;  ///< without a body; used before resume() returns
};
struct stream_data {
    std::string_view bytes;
};
struct stream_ended {};
struct written {
    std::size_t bytes;  ///< length written from unsent()
};
struct write_blocked {};
struct writable {};
struct write_failed {};      ///< the web server has gone
struct flush {};             ///< write what was postponed by write_soon
struct watch_client {};      ///< check whether the client is still connected
struct client_readable {};   ///< there are bytes to peek at, or the connection is closed
struct client_is_silent {};  ///< there were no bytes to peek at
struct peeked {
    std::string_view bytes;  ///< the next bytes, still in the socket; empty: connection closed
};
struct deadline_passed {};
struct retire {};  ///< the worker drains: finish the current request, accept no other
struct evict {};   ///< another connection needs the place
}  // namespace event

using connection_event =
    std::variant<event::received, event::peer_closed, event::turn, event::admitted, event::answered,
                 event::stream_started, event::stream_data, event::stream_ended, event::written, event::write_blocked,
                 event::writable, event::write_failed, event::flush, event::watch_client, event::client_readable,
                 event::client_is_silent, event::peeked, event::deadline_passed, event::retire, event::evict>;

enum class action {
    rest,                 ///< do nothing: another event comes by itself
    read,                 ///< read; wait first if there is nothing
    wait_and_read,        ///< the same, after the other connections have had a turn
    yield,                ///< event::turn once the other connections have had a turn
    admit,                ///< ask the service to admit request(): event::admitted or event::answered
    refuse,               ///< let the service refuse an admitted request with `refusal`: event::answered
    serve,                ///< give request() to the service
    write,                ///< write from unsent(): event::written, write_blocked or write_failed
    write_soon,           ///< event::flush at the end of this turn of the event loop
    wait_until_writable,  ///< event::writable
    watch,                ///< event::client_readable once the socket is readable
    peek,                 ///< peek at the next bytes: event::peeked or client_is_silent
    abandon,              ///< the client has gone: tell the service, and close
    linger,               ///< shut down sending, then read: closing now could lose the answer
    hand_over,            ///< hand the descriptor over; no byte of a request was read from it
    close,
};

/// What only few steps have.
struct step_notes {
    std::string replies{};  ///< records to send at once; if the socket does not accept them: write_failed
    std::optional<log_level> level{};
    std::string line{};                ///< for the log, with `level`; for abandon, the reason
    std::optional<failure> refusal{};  ///< with refuse
};

/// What to do: send the replies, write the log line, then perform the action. Small, because every event has one.
struct connection_step {
    action what = action::rest;
    bool request_begins = false;            ///< a request has begun to arrive; the worker counts it
    std::unique_ptr<step_notes> with = {};  ///< null: none

    step_notes& notes()
    {
        if (!with)
            with = std::make_unique<step_notes>();
        return *with;
    }
};

/// Where a connection comes from: just accepted, or handed over, kept and idle, by another worker.
enum class connection_origin { accepted, handed_over };

/// The state machine of one connection of the web server (FastCGI specification, sections 3 to 6).
class connection_fsm {
public:
    using time_point = std::chrono::steady_clock::time_point;

    enum class state {
        waiting,    ///< for the first byte of a request
        receiving,  ///< a request
        serving,    ///< the service has the request
        streaming,  ///< the service sends a stream
        answering,  ///< the answer is complete, but not all of it is sent
        skipping,   ///< the rest of a request that was answered early
        lingering,  ///< for the web server to close
        closed,     ///< or handed over
    };

    /// `shared` must outlive it.
    connection_fsm(shared_resources& shared, connection_origin from, time_point now);
    connection_fsm(const connection_fsm&) = delete;
    connection_fsm& operator=(const connection_fsm&) = delete;

    /// The first step.
    connection_step start() { return wait_for(action::read); }

    /// The step for an event. An event without a meaning in the current state gives action::rest.
    template <class Event>
    connection_step resume(const Event& what, time_point now)
    {
        now_ = now;
        if (state_ == state::closed)
            return {};
        connection_step next = on(what);
        if (has_begun_ || !replies_.empty())
            add_news(next);
        return next;
    }
    connection_step resume(const connection_event& what, time_point now)
    {
        return std::visit([&](const auto& each) { return resume(each, now); }, what);
    }

    state current() const noexcept { return state_; }

    /// When the current activity must end: event::deadline_passed. Nothing: no limit.
    std::optional<time_point> deadline() const noexcept { return deadline_; }

    /// The request that is received or served. Its body may be moved out once it is served.
    request& current_request() noexcept { return request_; }

    /// When the request, or the wait for it, began; and when everything for the last checks had arrived.
    time_point began() const noexcept { return began_; }
    time_point checked_from() const noexcept { return checked_from_; }

    /// The bytes to write at `offset` after those already written, up to the end of one contiguous piece; empty at the
    /// end.
    std::string_view unsent(std::size_t offset) const
    {
        return output_ ? output_->piece_at(offset) : std::string_view();
    }

    /// Bytes of a stream that the web server has not read.
    std::size_t waiting_bytes() const noexcept { return output_ ? output_->waiting_bytes() : 0; }

    /// True when a request has begun to arrive, or is not completely answered.
    bool is_busy() const noexcept { return (state_ != state::waiting && state_ != state::closed) || !kept_.empty(); }

    /// True when the service has a request whose connection is not kept after it.
    bool serves_only_request() const noexcept { return stage_ == stage::admitted && !is_kept_; }

    /// Why the connection is idle, and since when. Sorts kept connections last.
    struct idleness {
        bool is_kept;  ///< waits for the next request; otherwise for the first, or for the rest of one
        time_point since;

        auto operator<=>(const idleness&) const = default;
    };

    /// Nothing while the web server waits for the worker.
    std::optional<idleness> idle() const;

private:
    /// How much of the request has arrived.
    enum class stage { nothing, variables, admitted };

    connection_step on(const event::received& what);
    connection_step on(const event::peer_closed&);
    connection_step on(const event::turn&);
    connection_step on(const event::admitted& what);
    connection_step on(const event::answered& what);
    connection_step on(const event::stream_started& what);
    connection_step on(const event::stream_data& what);
    connection_step on(const event::stream_ended&);
    connection_step on(const event::written& what);
    connection_step on(const event::write_blocked&);
    connection_step on(const event::writable&);
    connection_step on(const event::write_failed&);
    connection_step on(const event::flush&);
    connection_step on(const event::watch_client&);
    connection_step on(const event::client_readable&);
    connection_step on(const event::client_is_silent&);
    connection_step on(const event::peeked& what);
    connection_step on(const event::deadline_passed&);
    connection_step on(const event::retire&);
    connection_step on(const event::evict&);

    void add_news(connection_step& next);
    connection_step receive(std::string_view bytes);
    connection_step receive_kept();
    std::optional<connection_step> go_on(record_scanner::progress made, std::string_view variables,
                                         std::size_t body_bytes, std::string_view rest);
    void begin_request();
    bool keep_for_later(std::string_view bytes);
    bool hold(std::size_t bytes);
    bool collect_variables(record_scanner::progress made, std::string_view variables, std::size_t more_bytes);
    bool read_collected(std::string_view variables, std::size_t more_bytes);
    connection_step body_or_serve();
    connection_step await_rest();
    connection_step end_unanswered(record_scanner::progress made);
    connection_step refuse(failure why);
    connection_step run_out_of_memory(std::string_view rest);
    connection_step refuse_for_memory();
    connection_step write_soon();
    connection_step answer_sent();
    connection_step await_next_request();
    connection_step wait_for(action what);
    connection_step linger();
    connection_step look_at_client(std::string_view next_bytes);
    connection_step hand_over();
    connection_step close();
    connection_step close(log_level level, std::string why);
    connection_step abandon(std::string why);
    bool is_served() const noexcept { return state_ == state::serving || state_ == state::streaming; }
    void forget_input();
    void forget_output();

    shared_resources& shared_;
    state state_ = state::waiting;
    stage stage_ = stage::nothing;
    time_point now_;
    std::optional<time_point> deadline_;

    // Input.
    record_scanner scanner_;
    std::string variables_;  // that did not arrive in one piece
    request request_;
    std::uint64_t announced_bytes_ = 0;   // length of the body; 0: unknown, or not admitted yet
    std::uint64_t body_limit_bytes_ = 0;  // of the service; 0: none
    bridge::body_use body_use_ = bridge::body_use::read;
    std::uint64_t received_bytes_ = 0;  // since the request began
    budget::share input_share_;
    std::string kept_;  // bytes received after the request that is being answered
    budget::share kept_share_;

    // Output.
    std::optional<answer_records> output_;
    budget::share output_share_;

    time_point began_;
    time_point checked_from_;
    time_point sends_from_;  // when sending the answer began
    time_point due_;         // when the web server must have finished its current step
    std::string replies_;
    bool is_fresh_;  // no request has begun on this connection
    bool is_kept_ = false;
    answer_end ends_ = answer_end::request;  // what the answer ends
    bool is_whole_ = false;                  // the request has arrived completely
    bool lacks_memory_ = false;              // for the body
    bool is_retiring_ = false;
    bool is_watched_ = false;  // event::client_readable is pending
    bool is_blocked_ = false;  // event::writable is pending
    bool is_flushed_ = false;  // event::flush is pending
    bool lacks_room_ = false;  // for more of the stream
    bool has_begun_ = false;   // to report with the next step
};

}  // namespace wampfcgi::fcgi
