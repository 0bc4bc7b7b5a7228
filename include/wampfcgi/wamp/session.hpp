// Owns one persistent session with the router: joins at start in one realm under one role, and again after each loss.
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

/// The roles that a service of this type needs.
client_roles roles_for(service_type type);

/// Acts in a realm under a role. Use it only from the thread of the event loop.
class session final : public bridge::session {
public:
    /// `loop` and `router` must outlive it.
    session(boost::asio::io_context& loop, const router_settings& router, std::string realm, const std::string& role);
    ~session() override;
    session(const session&) = delete;
    session& operator=(const session&) = delete;

    /// Announces these roles too. Call it before start().
    void play(const client_roles& more);

    /// Counts in `cells`, which must outlive the session. Call it before start().
    void count_in(bridge::session_cells& cells);

    /// Sets the most bytes that wait for the session, and that wait for a router that does not read. Call it before
    /// start().
    void limit_queue(std::size_t bytes);

    /// Begins to join, and retries until stop(). Calls `joined` once, after the first success.
    void start(std::function<void()> joined = nullptr);

    /// The role that the router assigned in the last session; nothing if it did not say.
    std::optional<std::string> authrole() const;

    /// Sends GOODBYE, closes, ends all operations in flight, then calls `stopped`.
    void stop(std::function<void()> stopped);

    /// Waits up to connect_timeout for a session, then fails with router_unavailable. Fails with connection_lost when
    /// the connection breaks after the call was sent, with call_timeout, with body_too_large when the router does not
    /// accept so large a message, and with overloaded when the router does not read.
    operation_id call(wampfcgi::call& what, bridge::outcome_sink& sink) override;

    operation_id publish(publication&& what, bridge::outcome_sink& sink) override;

    /// A subscription survives the loss of the session. Waits and fails like call(); the router's ERROR, or
    /// call_timeout, may also come when the next session subscribes again.
    subscription_id subscribe(subscription what, bridge::event_sink& sink) override;

    void unsubscribe(subscription_id id) override;

    /// The router's announced limit; without a session, the largest limit of any router.
    std::size_t longest_arguments() const override;

    void cancel(operation_id id) override;

private:
    class driver;

    std::shared_ptr<driver> driver_;
};

}  // namespace wampfcgi::wamp
