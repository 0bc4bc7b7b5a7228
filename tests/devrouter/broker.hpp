#pragma once
// The events of one realm: who receives a publication, and retained events. pubsub handles requests and answers.

#include "subscriptions.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace wampfcgi::devrouter {

struct statistics;

/// Which subscribers may receive an event. An empty whitelist admits nobody.
struct audience {
    std::optional<std::vector<std::uint64_t>> eligible;
    std::optional<std::vector<std::string>> eligible_authid;
    std::optional<std::vector<std::string>> eligible_authrole;
    std::vector<std::uint64_t> exclude;
    std::vector<std::string> exclude_authid;
    std::vector<std::string> exclude_authrole;

    bool admits(const session& who) const;
    /// True unless it excludes more than single sessions (usually the publisher itself).
    bool is_open() const;
};

/// The publisher of an event, if it wants to be disclosed.
struct publisher_identity {
    std::uint64_t session_id = 0;
    std::string authid;
    std::string role;
};

/// The payload is packed; empty means not sent.
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

    /// Sends one EVENT for each matching subscription, to each of its sessions that may receive it.
    void publish(const publication& what);
    /// Retains the event for later subscribers to exactly its topic. It replaces earlier ones if everybody may receive
    /// it.
    void retain(publication what);
    /// Sends the latest retained event that the session may receive.
    void send_retained(session& who, const subscription& to) const;

    subscriptions& subscribed() { return subscribed_; }

private:
    statistics& counts_;
    subscriptions subscribed_;
    std::unordered_map<std::string, std::vector<publication>> retained_;
};

}  // namespace wampfcgi::devrouter
