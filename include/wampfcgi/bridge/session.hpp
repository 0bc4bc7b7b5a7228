// Owns the interface between the services and a session with the router.
#pragma once

#include "wampfcgi/core/call.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>

namespace wampfcgi::bridge {

/// Is told how a call or a publication goes.
class outcome_sink {
public:
    /// Another part of the result of a call that asked for it (call::receive_progress). The call goes on.
    virtual void progressed(payload /*part*/) {}

    /// It has waited for the session, and goes out now.
    virtual void waited() {}

    /// It has ended. Told once; the sink may be destroyed meanwhile.
    virtual void ended(outcome how) = 0;

protected:
    ~outcome_sink() = default;
};

/// Is told of the events of a subscription.
class event_sink {
public:
    /// The router has confirmed the subscription: events come from now on. After interrupted(), once more.
    virtual void subscribed() = 0;

    virtual void received(const topic_event& what) = 0;

    /// Events may have been missed: the session was lost, and the subscription will be made again with the next one;
    /// or an event could not be read.
    virtual void interrupted() = 0;

    /// The subscription has ended: ERROR from the router, or a failure. Told once, and nothing after it; the sink may
    /// be destroyed meanwhile.
    virtual void refused(outcome why) = 0;

protected:
    ~event_sink() = default;
};

/// Acts in one realm under one role. wamp::session is the real one. Everything happens on the thread of the event loop,
/// and nothing is told from within a function of this interface.
class session {
public:
    /// Names what is under way; never 0.
    using operation_id = std::uint64_t;

    virtual ~session() = default;

    /// Makes a call, waiting for the session where there is none. `sink` is told the end, shortly after the call's
    /// timeout (counted from its last part, where it has parts) at the latest, and must live until then or until the
    /// call is cancelled.
    virtual operation_id call(wampfcgi::call what, outcome_sink& sink) = 0;

    /// Publishes an event, as call() makes a call. Never sent twice.
    virtual operation_id publish(publication what, outcome_sink& sink) = 0;

    /// Names a subscription; never 0.
    using subscription_id = std::uint64_t;

    /// Subscribes, waiting for the session where there is none. `sink` must live until unsubscribe() or refused().
    virtual subscription_id subscribe(subscription what, event_sink& sink) = 0;

    /// Ends a subscription, and has its sink forgotten. Does nothing for one that has ended.
    virtual void unsubscribe(subscription_id id) = 0;

    /// Gives a call or a publication up: a call is cancelled at the router where that is possible, and the sink is
    /// forgotten. Does nothing for one that has ended.
    virtual void cancel(operation_id id) = 0;

    /// Most bytes of MessagePack that arguments may have: longer ones cannot be sent, as far as is known now.
    virtual std::size_t longest_arguments() const { return std::numeric_limits<std::size_t>::max(); }
};

}  // namespace wampfcgi::bridge
