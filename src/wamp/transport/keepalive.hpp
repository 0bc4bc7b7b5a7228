// Owns when to send a RawSocket PING, and when a missing answer means that the router has gone. Owns no timer.
#pragma once

#include "wamp/transport/channel.hpp"

#include <chrono>
#include <optional>

namespace wampfcgi::wamp {

/// Detects within `limit` that a router which is known to answer PINGs has gone. Learns the habit of other routers: one
/// that ignores the first PING, or closes the connection on it, never gets another.
class keepalive {
public:
    using time_point = std::chrono::steady_clock::time_point;

    enum class verdict { wait, ping, dead };

    /// `habit` is what is known of the router; it is updated, and must outlive this.
    keepalive(std::chrono::seconds limit, ping_habit& habit) : limit_(limit), habit_(habit) {}

    /// The interval for calling tick().
    std::chrono::milliseconds interval() const { return std::chrono::milliseconds(limit_) / 4; }

    /// Bytes have arrived from the router.
    void heard(time_point now);

    time_point last_heard() const { return last_heard_; }

    /// They were a PONG.
    void answered();

    /// The connection broke.
    void lost();

    /// What to do now. `may_probe`: the connection can be risked for a first PING.
    verdict tick(time_point now, bool may_probe);

private:
    std::chrono::seconds limit_;
    ping_habit& habit_;
    time_point last_heard_;
    std::optional<time_point> pinged_;  // since then, nothing was received
    bool awaits_pong_ = false;
};

}  // namespace wampfcgi::wamp
