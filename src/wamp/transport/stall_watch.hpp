// Owns the timer that closes a connection on which a message arrives too slowly.
#pragma once

#include "wamp/transport/arrival.hpp"

#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <utility>

namespace wampfcgi::wamp {

/// A member of the channel that it watches.
class stall_watch {
public:
    static constexpr const char* reason = "the router stopped in the middle of a message, or sends it too slowly";

    template <class Executor>
    explicit stall_watch(const Executor& executor) : timer_(executor)
    {}

    /// As arrival::heard(). Calls channel.stalled() when the time is up; the channel may be gone by then.
    template <class Channel>
    void heard(std::size_t bytes, bool ended, bool partial, Channel& channel)
    {
        switch (arrival_.heard(bytes, ended, partial)) {
        case arrival::verdict::leave_timer:
            return;
        case arrival::verdict::stop_timer:
            timer_.cancel();
            return;
        case arrival::verdict::start_timer:
            break;
        }
        timer_.expires_after(arrival::limit);
        timer_.async_wait([this, weak = channel.weak_from_this()](boost::system::error_code cancelled) {
            const auto alive = weak.lock();
            if (!cancelled && alive && timer_.expiry() <= std::chrono::steady_clock::now())
                alive->stalled();
        });
    }

    void cancel() { timer_.cancel(); }

private:
    arrival arrival_;
    boost::asio::steady_timer timer_;
};

}  // namespace wampfcgi::wamp
