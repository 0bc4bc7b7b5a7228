// Owns one persistent connection to the router: joined at start in one realm under one role, kept, joined again.
#pragma once

#include "wampfcgi/bridge/caller.hpp"
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

/// Makes calls in a realm under a role. All members are used from the thread that runs the event loop.
class connection final : public bridge::caller {
public:
    /// `loop` and `router` must outlive it.
    connection(boost::asio::io_context& loop, const router_settings& router, std::string realm, std::string role);
    ~connection() override;
    connection(const connection&) = delete;
    connection& operator=(const connection&) = delete;

    /// Begins to join, and never stops trying until stop(). `joined` is called once, when that succeeds the first time.
    void start(std::function<void()> joined = nullptr);

    /// The role that the router gave with the last session; none where it tells none.
    std::optional<std::string> authrole() const;

    /// Says GOODBYE, closes, ends all calls that are left, then calls `stopped`.
    void stop(std::function<void()> stopped);

    /// Waits up to connect_timeout for the session where there is none (then: router_unavailable); ends with
    /// connection_lost when the connection breaks after the call was sent, call_timeout, body_too_large when the router
    /// does not take so large a message, overloaded when it does not read.
    call_id submit(call what, completion done) override;

    /// What the router announced, or the most that any takes while there is no session.
    std::size_t longest_arguments() const override;

    void cancel(call_id id) override;

private:
    class driver;

    std::shared_ptr<driver> driver_;
};

}  // namespace wampfcgi::wamp
