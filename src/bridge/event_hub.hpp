// Owns the subscriptions of one session that event streams share: one for each topic and match, with its events going
// to all listeners (contract section 7, "events").
#pragma once

#include "wampfcgi/bridge/session.hpp"
#include "wampfcgi/bridge/timers.hpp"
#include "wampfcgi/core/call.hpp"

#include <chrono>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace wampfcgi::bridge {

class event_hub {
public:
    /// How long a subscription is kept after its last listener: for page reloads and reconnects of EventSource.
    static constexpr std::chrono::seconds linger{10};

    /// Receives the events of the subscriptions that it shares. It may drop its shares in any of these calls.
    class listener {
    public:
        /// A subscription is confirmed, perhaps again.
        virtual void subscribed() = 0;

        /// `text` is the event in the form for clients.
        virtual void received(std::uint64_t publication_id, std::string_view text) = 0;

        /// Events of a subscription may have been missed, until it is confirmed again.
        virtual void interrupted() = 0;

        /// A subscription has ended.
        virtual void refused(const outcome& why) = 0;

    protected:
        ~listener() = default;
    };

    enum class state { requested, confirmed, interrupted };

    /// `realm` and `wakers` must outlive the hub; shares must not.
    event_hub(session& realm, timers& wakers);
    ~event_hub();
    event_hub(const event_hub&) = delete;
    event_hub& operator=(const event_hub&) = delete;

private:
    class channel;

public:
    /// A listener's share in a subscription; ends when destroyed.
    class share {
    public:
        share(share&& other) noexcept : of_(std::exchange(other.of_, nullptr)), place_(other.place_) {}
        share& operator=(share&&) = delete;
        ~share();

        event_hub::state state() const;

    private:
        friend class event_hub;
        share(channel& of, listener& who);

        channel* of_;
        std::list<listener*>::iterator place_;
    };

    /// Subscribes unless the subscription exists already. `who` is first called in a later turn of the event loop.
    share join(const subscription& what, listener& who);

private:
    using key = std::pair<topic_match, std::string>;

    void has_nobody(channel& which);

    session& session_;
    timers& timers_;
    std::map<key, std::unique_ptr<channel>> channels_;
    std::uint64_t last_channel_ = 0;
};

}  // namespace wampfcgi::bridge
