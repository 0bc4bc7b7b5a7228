// Owns the interface between the services and a session with the router.
#pragma once

#include "wampfcgi/core/call.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>

namespace wampfcgi::bridge {

/// Receives the progress and the end of a call or publication.
class outcome_sink {
public:
    /// Part of the result of a call with call::receive_progress. The call goes on.
    virtual void progressed(payload /*part*/) {}  // NOLINT(performance-unnecessary-value-param): sinks move from it

    /// The operation had to wait for a session, and is sent now.
    virtual void waited() {}

    /// The operation has ended. Called once; the sink may destroy itself in it.
    virtual void ended(outcome&& how) = 0;

protected:
    ~outcome_sink() = default;
};

/// Receives the events of a subscription.
class event_sink {
public:
    /// The router has confirmed the subscription; events follow. Called again after each interrupted().
    virtual void subscribed() = 0;

    virtual void received(const topic_event& what) = 0;

    /// Events may have been missed: the session was lost, and the next one will subscribe again; or an event could not
    /// be read.
    virtual void interrupted() = 0;

    /// The subscription has ended, by an ERROR from the router or a failure. Called once, as the last call; the sink
    /// may destroy itself in it.
    virtual void refused(outcome why) = 0;

protected:
    ~event_sink() = default;
};

/// Acts in one realm under one role. wamp::session implements it. Everything happens on the thread of the event loop.
/// No function of this interface calls a sink before it returns.
class session {
public:
    /// Identifies an operation in flight; never 0.
    using operation_id = std::uint64_t;

    virtual ~session() = default;

    /// Makes a call; waits for the session when there is none. Takes the arguments and leaves the procedure. `sink`
    /// must live until it was told the end or the call was cancelled. The end comes shortly after the call's timeout at
    /// the latest; with progressive results the timeout starts again with each part.
    virtual operation_id call(wampfcgi::call& what, outcome_sink& sink) = 0;

    /// Publishes an event, in the same way as call(), but takes all of it. Never sends it twice.
    virtual operation_id publish(publication&& what, outcome_sink& sink) = 0;

    /// Identifies a subscription; never 0.
    using subscription_id = std::uint64_t;

    /// Subscribes; waits for the session when there is none. `sink` must live until unsubscribe() or refused().
    virtual subscription_id subscribe(subscription what, event_sink& sink) = 0;

    /// Ends a subscription and forgets its sink. Does nothing when it has ended.
    virtual void unsubscribe(subscription_id id) = 0;

    /// Cancels an operation and forgets its sink. A call is also cancelled at the router if possible. Does nothing when
    /// the operation has ended.
    virtual void cancel(operation_id id) = 0;

    /// The most bytes of MessagePack that arguments may take, as far as is known now. Longer ones cannot be sent.
    virtual std::size_t longest_arguments() const { return std::numeric_limits<std::size_t>::max(); }
};

}  // namespace wampfcgi::bridge
