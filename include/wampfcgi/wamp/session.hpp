// Owns one persistent session with the router: joined at start in one realm under one role, kept, joined again.
#pragma once

#include "wampfcgi/bridge/meter.hpp"
#include "wampfcgi/bridge/session.hpp"
#include "wampfcgi/core/settings.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace boost::asio {
class io_context;
}

namespace wampfcgi::wamp {

/// The roles that a session announces to the router (WAMP specification, "Role and Feature Announcement").
struct client_roles {
    bool caller = false;
    bool publisher = false;
    bool subscriber = false;
};

/// Those that a service of this type needs.
client_roles roles_for(service_type type);

/// Acts in a realm under a role. All members are used from the thread that runs the event loop.
class session final : public bridge::session {
public:
    /// `loop` and `router` must outlive it.
    session(boost::asio::io_context& loop, const router_settings& router, std::string realm, std::string role);
    ~session() override;
    session(const session&) = delete;
    session& operator=(const session&) = delete;

    /// Has the session play these roles too. To be called before start().
    void play(const client_roles& more);

    /// Has it count in `cells`, which must outlive it. To be called before start().
    void count_in(bridge::session_cells& cells);

    /// Begins to join, and never stops trying until stop(). `joined` is called once, when that succeeds the first time.
    void start(std::function<void()> joined = nullptr);

    /// The role that the router gave with the last session; none where it tells none.
    std::optional<std::string> authrole() const;

    /// Says GOODBYE, closes, ends all calls that are left, then calls `stopped`.
    void stop(std::function<void()> stopped);

    /// Waits up to connect_timeout for the session where there is none (then: router_unavailable); ends with
    /// connection_lost when the connection breaks after the call was sent, call_timeout, body_too_large when the router
    /// does not take so large a message, overloaded when it does not read.
    operation_id call(wampfcgi::call what, bridge::outcome_sink& sink) override;

    operation_id publish(publication what, bridge::outcome_sink& sink) override;

    /// Subscriptions live through the loss of a session. Waits and fails as call() does; the router's ERROR, or
    /// call_timeout, may come when the subscription is made again, too.
    subscription_id subscribe(subscription what, bridge::event_sink& sink) override;

    void unsubscribe(subscription_id id) override;

    /// What the router announced, or the most that any takes while there is no session.
    std::size_t longest_arguments() const override;

    void cancel(operation_id id) override;

private:
    class driver;

    std::shared_ptr<driver> driver_;
};

}  // namespace wampfcgi::wamp
