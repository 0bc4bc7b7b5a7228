#pragma once
// One connection's WAMP session: HELLO to GOODBYE. Calls go to its dealer, topics to its pubsub,
// its own procedures to its callee, logging in is login's work.
// After a GOODBYE by the client another session may be opened on the same connection.

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
    /// Both outlive it. The number names the connection in the log.
    session(router& shared, transport& wire, std::uint64_t number);
    ~session();
    session(const session&) = delete;
    session& operator=(const session&) = delete;

    void receive(std::string_view payload);

    /// One message, which is its parts joined. False: it is longer than the client takes, and not sent.
    bool send(std::initializer_list<std::string_view> parts);
    void abort(std::string_view uri, std::string_view text);
    void violated(std::string_view rule) { abort("wamp.error.protocol_violation", rule); }
    /// Ends it because nothing has come for too long.
    void expire() { abort("wamp.close.killed", "silent for too long"); }
    /// Says GOODBYE; the connection ends with the client's reply.
    void leave(std::string_view uri);
    /// Takes the request's id: they are 1, 2, 3, ... in a session. False: it was not the next, and the session ended.
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
    /// Forgets what was asked for within the session.
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
