// Owns the subscriptions of one session that streams of events share: one for each topic and match, whose events go to
// everybody who listens (contract section 7, "events").
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
    /// How long a subscription stays when the last has gone: pages are loaded again, and EventSource comes back.
    static constexpr std::chrono::seconds linger{10};

    /// Hears of the subscriptions that it takes part in. It may give up its own shares when it is told something.
    class listener {
    public:
        /// One of them is confirmed, perhaps again.
        virtual void subscribed() = 0;

        /// `text` is the event as a client gets it.
        virtual void received(std::uint64_t publication_id, std::string_view text) = 0;

        /// Events of one of them may have been missed, until it is confirmed again.
        virtual void interrupted() = 0;

        /// One of them has ended.
        virtual void refused(const outcome& why) = 0;

    protected:
        ~listener() = default;
    };

    enum class state { requested, confirmed, interrupted };

    /// `realm` and `wakers` must outlive it, and the shares must not.
    event_hub(session& realm, timers& wakers);
    ~event_hub();
    event_hub(const event_hub&) = delete;
    event_hub& operator=(const event_hub&) = delete;

private:
    class channel;

public:
    /// A listener's share in a subscription, until it is dropped.
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

    /// Subscribes unless that is done already; `who` hears of that from another turn of the event loop on.
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
