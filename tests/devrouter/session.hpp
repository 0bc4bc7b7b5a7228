#pragma once
// One connection's WAMP session, from HELLO to GOODBYE. The dealer handles calls, pubsub topics, callee the client's
// own procedures, login the login.
// After a GOODBYE by the client, another session may be opened on the same connection.

#include "callee.hpp"
#include "dealer.hpp"
#include "login.hpp"
#include "message.hpp"
#include "pubsub.hpp"
#include "router.hpp"
#include "transport.hpp"

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace wampfcgi::devrouter {

class session {
public:
    /// Both must outlive it. The number identifies the connection in the log.
    session(router& shared, transport& wire, std::uint64_t number);
    ~session();
    session(const session&) = delete;
    session& operator=(const session&) = delete;

    void receive(std::string_view payload);

    /// Sends the joined parts as one message. Returns false when it is over the client's limit, and was not sent.
    bool send(std::initializer_list<std::string_view> parts);
    void abort(std::string_view uri, std::string_view text);
    void violated(std::string_view rule) { abort("wamp.error.protocol_violation", rule); }
    /// Ends the session after too long a silence.
    void expire() { abort("wamp.close.killed", "silent for too long"); }
    /// Sends GOODBYE; the connection ends with the client's reply.
    void leave(std::string_view uri);
    /// Checks a request's id, which counts 1, 2, 3, ... in a session. Returns false after ending the session for a
    /// wrong one.
    bool take_request_id(std::uint64_t id);

    bool has_joined() const { return state_ == state::joined; }
    router& shared() { return router_; }
    transport& wire() { return wire_; }
    std::uint64_t id() const { return id_; }
    std::uint64_t last_request_id() const { return last_request_id_; }
    const identity& who() const { return who_; }
    const std::string& realm() const { return realm_; }
    const std::string& hello_details() const { return hello_details_; }

private:
    enum class state { closed, challenged, joined, leaving, ended };

    void on_hello(const elements& message);
    void on_authenticate(const elements& message);
    void on_goodbye(const elements& message);
    void on_request(std::uint64_t type, const elements& message);
    /// Forgets everything requested in the session.
    void clear();
    void start_login(const msgpack::object& details);
    void join(identity who);
    void log(const char* arrow, std::string_view payload) const;

    router& router_;
    transport& wire_;
    std::uint64_t number_;
    state state_ = state::closed;
    std::uint64_t id_ = 0;
    std::uint64_t last_request_id_ = 0;
    std::string realm_;
    std::string hello_details_;
    identity who_;
    std::optional<login> login_;
    std::shared_ptr<dealer> dealer_;
    std::shared_ptr<pubsub> pubsub_;
    std::shared_ptr<callee> callee_;
};

}  // namespace wampfcgi::devrouter
