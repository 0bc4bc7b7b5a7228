#pragma once
// The publications and subscriptions of one joined session: handles PUBLISH, SUBSCRIBE and UNSUBSCRIBE. It lives as
// long as the session is joined; delayed answers of faulty topics are dropped after that.

#include "broker.hpp"
#include "message.hpp"
#include "router.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string_view>

namespace wampfcgi::devrouter {

class session;
struct publish_options;

/// The correct answer to PUBLISH or SUBSCRIBE.
struct pubsub_answer {
    std::uint64_t type;  ///< PUBLISHED or SUBSCRIBED
    std::uint64_t request;
    std::string_view packed;
};

class pubsub : public std::enable_shared_from_this<pubsub> {
public:
    explicit pubsub(session& owner);
    ~pubsub();
    pubsub(const pubsub&) = delete;
    pubsub& operator=(const pubsub&) = delete;

    void on_publish(const elements& message);
    void on_subscribe(const elements& message);
    void on_unsubscribe(const elements& message);

    void send_after(std::chrono::steady_clock::duration delay, std::string_view packed);

    session& owner() { return owner_; }

private:
    void publish(publication what, const publish_options& options, std::uint64_t request);
    void subscribe(std::uint64_t request, std::string_view topic, match_policy match, bool wants_retained);
    void answer(std::string_view topic, const pubsub_answer& right);
    void error(std::uint64_t type, std::uint64_t request, std::string_view uri, std::string_view text);

    session& owner_;
    broker& broker_;
};

}  // namespace wampfcgi::devrouter
