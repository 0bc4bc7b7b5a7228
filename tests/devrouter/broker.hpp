#pragma once
// The events of one realm: whom a publication goes to, and what is retained. Requests and their answers are pubsub's.

#include "subscriptions.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace wampfcgi::devrouter {

struct statistics;

/// Who may get an event, of those that have subscribed. An empty whitelist admits nobody.
struct audience {
    std::optional<std::vector<std::uint64_t>> eligible;
    std::optional<std::vector<std::string>> eligible_authid;
    std::optional<std::vector<std::string>> eligible_authrole;
    std::vector<std::uint64_t> exclude;
    std::vector<std::string> exclude_authid;
    std::vector<std::string> exclude_authrole;

    bool admits(const session& who) const;
    /// Everybody but single sessions: the publisher itself, mostly.
    bool is_open() const;
};

/// The session that an event is from, where it wants that to be known.
struct publisher_identity {
    std::uint64_t session_id = 0;
    std::string authid;
    std::string role;
};

/// The payload is packed; empty stands for not sent.
struct publication {
    std::uint64_t id = 0;
    std::string topic;
    std::string args;
    std::string kwargs;
    audience receivers;
    std::optional<publisher_identity> publisher;
};

class broker {
public:
    explicit broker(statistics& counts) : counts_(counts) {}

    /// One EVENT for each subscription that matches, to each of its sessions that may get it.
    void publish(const publication& what);
    /// Keeps it for those who subscribe to its very topic later; in place of what was kept before where everybody gets
    /// it.
    void retain(publication what);
    /// Sends the latest retained event that the session may get.
    void send_retained(session& who, const subscription& to) const;

    subscriptions& subscribed() { return subscribed_; }

private:
    statistics& counts_;
    subscriptions subscribed_;
    std::unordered_map<std::string, std::vector<publication>> retained_;
};

}  // namespace wampfcgi::devrouter
