// Owns the operations of one session from request to outcome: sends them once there is a session, watches their
// deadlines, calls their sinks. The session decides when there is a session.
#pragma once

#include "wamp/session/messages.hpp"
#include "wamp/session/operation_table.hpp"
#include "wamp/transport/link.hpp"
#include "wampfcgi/bridge/meter.hpp"
#include "wampfcgi/bridge/session.hpp"
#include "wampfcgi/core/errc.hpp"
#include "wampfcgi/core/settings.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace wampfcgi::wamp {

class operations {
public:
    using operation_id = bridge::session::operation_id;
    using clock = std::chrono::steady_clock;

    /// The session, which owns the operations. They never call a sink from within one of their own functions.
    class host {
    public:
        virtual bool is_joined() const = 0;

        /// True when there will be no session soon, so that waiting does not help.
        virtual bool refuses_operations() const = 0;

        virtual send_result send(std::string&& message, write_time when) = 0;
        virtual send_result send(std::string&& head, payload&& arguments, write_time when) = 0;
        virtual bool router_cancels_calls() const = 0;

        /// An operation waits for the session.
        virtual void has_to_hurry() = 0;

        /// The router has not answered an operation before its deadline.
        virtual void was_not_answered(clock::time_point now) = 0;

        /// Expires when the session is destroyed.
        virtual std::weak_ptr<host> lifetime() = 0;

    protected:
        ~host() = default;
    };

    /// `connect_timeout` is how long an operation may wait for the session. `loop` and `of` must outlive it.
    operations(boost::asio::io_context& loop, std::chrono::milliseconds connect_timeout, host& of);

    /// Sends the operation, or keeps it until send_waiting(). Calls `sink` only in a later turn of the event loop.
    /// Leaves the procedure of a call.
    operation_id start(call& what, bridge::outcome_sink& sink);
    operation_id start(router_request what, bridge::outcome_sink& sink);

    /// Forgets the sink; cancels a call at the router.
    void cancel(operation_id id);

    /// Adds the number of waiting operations to `waiting`, which other sessions share.
    void count_waiting_in(bridge::cell& waiting) { waiting_ = &waiting; }

    /// Sets the most bytes of waiting operations.
    void limit_waiting(std::size_t bytes) { max_waiting_bytes_ = bytes; }

    bool any_sent() const noexcept { return table_.any_sent(); }
    bool any_waiting() const noexcept { return table_.any_waiting(); }

    /// A new session has begun: its request ids start at 1.
    void session_begins() { last_request_id_ = 0; }

    void send_waiting();
    void fail_in_flight();
    void fail_waiting();
    void take_answer(router_answer&& answered);

private:
    operation_id wait(router_request what, bridge::outcome_sink& sink);
    template <class Request>
    operation_id send(std::optional<operation_id> id, Request& what, bridge::outcome_sink& sink);
    operation_id fail(std::optional<operation_id> id, failure why, bridge::outcome_sink& sink);
    void end_failed();
    void take_part_of_result(router_answer&& part);
    void cancel_at_router(std::uint64_t request_id);
    void count_waiting() noexcept;
    void watch_deadlines();
    void end_expired();

    boost::asio::io_context& loop_;
    std::chrono::milliseconds connect_timeout_;
    host& host_;
    operation_table table_;
    std::size_t max_waiting_bytes_ = usual_router_queue_bytes;
    std::uint64_t last_request_id_ = 0;
    std::string message_;  // memory for the next message
    boost::asio::steady_timer timer_;
    std::optional<clock::time_point> watched_;  // the deadline for which timer_ is armed
    bridge::cell* waiting_ = nullptr;
    std::size_t counted_waiting_ = 0;
};

}  // namespace wampfcgi::wamp
