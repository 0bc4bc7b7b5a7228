// Owns the messages of the session itself: HELLO, WELCOME, CHALLENGE, ABORT, GOODBYE. Uses Autobahn|Cpp; only
// login_session.cpp includes it, and corrects its faults through its extension points.
#pragma once

#include "wamp/session/messages.hpp"
#include "wamp/session/session_fsm.hpp"
#include "wampfcgi/core/settings.hpp"
#include "wampfcgi/wamp/session.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace boost::asio {
class io_context;
}

namespace wampfcgi::wamp {

/// What a router's WELCOME says about the router.
struct router_traits {
    bool cancels_calls = false;  ///< supports CANCEL
    bool is_crossbar = false;    ///< closes a RawSocket connection on PING
};

/// One attempt at a session, made for each connection. Use it only from handlers of the event loop.
class login_session {
public:
    /// Sends a message in MessagePack to the router.
    using sender = std::function<void(std::string)>;

    /// `loop` and `how` must outlive it.
    login_session(boost::asio::io_context& loop, std::string realm, const credentials& how, const client_roles& roles,
                  sender send);
    ~login_session();
    login_session(const login_session&) = delete;
    login_session& operator=(const login_session&) = delete;

    void say_hello();
    void say_goodbye();
    void answer_goodbye();

    /// What is known of the router after its WELCOME.
    const router_traits& router() const;

    /// Handles a message that is not about a request, and returns its meaning for the connection. Nothing when it has
    /// none (an answered CHALLENGE), or is not a message of the session.
    std::optional<session_event> take(const message_fields& message, std::string_view bytes);

private:
    class between;

    std::shared_ptr<between> between_;
};

}  // namespace wampfcgi::wamp
