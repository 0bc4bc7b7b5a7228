// Owns what is asked of the router in one session, from the wish until its end: sends it once there is a session,
// watches its deadline, tells whoever waits. When there is a session is the session's business.
#pragma once

#include "wamp/session/messages.hpp"
#include "wamp/session/operation_table.hpp"
#include "wamp/transport/link.hpp"
#include "wampfcgi/bridge/meter.hpp"
#include "wampfcgi/bridge/session.hpp"
#include "wampfcgi/core/errc.hpp"

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

    /// The session that they are made in, which has them as a member. Nothing is told from within a function of it.
    class host {
    public:
        virtual bool is_joined() const = 0;

        /// There is no session soon, and waiting does not help.
        virtual bool refuses_operations() const = 0;

        virtual send_result send(std::string message) = 0;
        virtual bool router_cancels_calls() const = 0;

        /// Something waits for the session.
        virtual void has_to_hurry() = 0;

        /// The router has left something without an answer for its whole time.
        virtual void was_not_answered(clock::time_point now) = 0;

        /// Null once the session has gone.
        virtual std::weak_ptr<host> lifetime() = 0;

    protected:
        ~host() = default;
    };

    /// `connect_timeout` is how long one may wait for the session. `loop` and `of` must outlive it.
    operations(boost::asio::io_context& loop, std::chrono::milliseconds connect_timeout, host& of);

    /// Sends it, or keeps it until send_waiting(). `sink` hears of it in a later turn of the event loop.
    operation_id start(router_request what, bridge::outcome_sink& sink);

    /// Has `sink` forgotten; a call is cancelled at the router.
    void cancel(operation_id id);

    /// Has `waiting` say how many wait for the session, with those of other sessions.
    void count_waiting_in(bridge::cell& waiting) { waiting_ = &waiting; }

    bool any_sent() const noexcept { return table_.any_sent(); }
    bool any_waiting() const noexcept { return table_.any_waiting(); }

    /// A new session: its requests are counted from 1.
    void session_begins() { last_request_id_ = 0; }

    void send_waiting();
    void fail_in_flight();
    void fail_waiting();
    void take_answer(router_answer answered);

private:
    operation_id send(std::optional<operation_id> id, const router_request& what, bridge::outcome_sink& sink);
    operation_id fail(std::optional<operation_id> id, failure why, bridge::outcome_sink& sink);
    void end_failed();
    void take_part_of_result(router_answer part);
    void cancel_at_router(std::uint64_t request_id);
    void count_waiting() noexcept;
    void watch_deadlines();
    void end_expired();

    boost::asio::io_context& loop_;
    std::chrono::milliseconds connect_timeout_;
    host& host_;
    operation_table table_;
    std::uint64_t last_request_id_ = 0;
    boost::asio::steady_timer timer_;
    std::optional<clock::time_point> watched_;  // deadline that timer_ waits for
    bridge::cell* waiting_ = nullptr;
    std::size_t counted_waiting_ = 0;
};

}  // namespace wampfcgi::wamp
