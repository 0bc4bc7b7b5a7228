// Owns the subscriptions of one session: subscribes again with each new session, and delivers events. Owns no socket,
// timer or clock.
#pragma once

#include "wamp/session/messages.hpp"
#include "wampfcgi/bridge/session.hpp"
#include "wampfcgi/core/call.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <unordered_map>

namespace wampfcgi::wamp {

class subscriptions {
public:
    using subscription_id = bridge::session::subscription_id;

    /// Starts a request; its sink is called in a later turn of the event loop.
    using starter = std::function<void(router_request what, bridge::outcome_sink& sink)>;

    explicit subscriptions(starter start);
    ~subscriptions();
    subscriptions(const subscriptions&) = delete;
    subscriptions& operator=(const subscriptions&) = delete;

    subscription_id add(subscription what, bridge::event_sink& sink);
    void remove(subscription_id id);

    /// A session has begun: subscribes again.
    void session_begins();

    void session_ends();

    /// Ignores an EVENT for an unknown subscription.
    void take(const router_event& event);

    /// Tells the sink of an ERROR.
    void take(router_revocation ended);

private:
    class one;

    void confirmed(one& which, std::uint64_t router_id);
    void refused(one& which, outcome why);
    void end_at_router(std::uint64_t router_id);

    starter start_;
    subscription_id last_id_ = 0;
    std::unordered_map<subscription_id, std::unique_ptr<one>> all_;
    std::unordered_map<std::uint64_t, one*> by_router_id_;  // those that events arrive for
};

}  // namespace wampfcgi::wamp
