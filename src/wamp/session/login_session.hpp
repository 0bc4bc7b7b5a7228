// Owns the messages of the session itself: HELLO, WELCOME, CHALLENGE, ABORT, GOODBYE. Autobahn|Cpp carries them; this
// is the one place that sees it, and that puts right what it gets wrong on its extension points.
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

/// What a router's WELCOME tells of it.
struct router_traits {
    bool cancels_calls = false;  ///< it announces that it takes CANCEL
    bool is_crossbar = false;    ///< which closes a RawSocket connection on PING
};

/// One attempt at a session: made anew for each connection. Used from within a handler of the event loop only.
class login_session {
public:
    /// Takes the MessagePack of a message for the router.
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

    /// What is known of the router since its WELCOME.
    const router_traits& router() const;

    /// Handles a message that is not about a call, and says what it means for the connection. Nothing when it means
    /// nothing (a CHALLENGE that has been answered), or is none of the session's messages.
    std::optional<session_event> take(const message_fields& message, std::string_view bytes);

private:
    class between;

    std::shared_ptr<between> between_;
};

}  // namespace wampfcgi::wamp
