// Owns when a RawSocket PING is sent, and when its lack of an answer means that the router has gone. Owns no timer.
#pragma once

#include "wamp/transport/channel.hpp"

#include <chrono>
#include <optional>

namespace wampfcgi::wamp {

/// Finds out within `limit` that a router which is known to answer PINGs does so no more. Of others it learns what they
/// do: one that ignores the first PING, or closes the connection on it, is never sent another.
class keepalive {
public:
    using time_point = std::chrono::steady_clock::time_point;

    enum class verdict { wait, ping, dead };

    /// `habit` is what is known of the router; it is kept up to date, and must outlive this.
    keepalive(std::chrono::seconds limit, ping_habit& habit) : limit_(limit), habit_(habit) {}

    /// How often tick() is to be called.
    std::chrono::milliseconds interval() const { return std::chrono::milliseconds(limit_) / 4; }

    /// Something came from the router.
    void heard(time_point now);

    time_point last_heard() const { return last_heard_; }

    /// It was a PONG.
    void answered();

    /// The connection broke.
    void lost();

    /// What is to be done now. `may_probe`: nothing would be lost if the router took its first PING amiss.
    verdict tick(time_point now, bool may_probe);

private:
    std::chrono::seconds limit_;
    ping_habit& habit_;
    time_point last_heard_;
    std::optional<time_point> pinged_;  // and nothing heard since
    bool awaits_pong_ = false;
};

}  // namespace wampfcgi::wamp
