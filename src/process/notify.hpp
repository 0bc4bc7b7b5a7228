// Owns notifications to the service manager (sd_notify(3)).
#pragma once

#include "wampfcgi/core/descriptor.hpp"

#include <chrono>
#include <optional>
#include <string_view>

namespace wampfcgi::process {

/// Does nothing without a service manager. A notification that cannot be sent is silently lost.
class notifier {
public:
    /// Reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID from the environment.
    notifier() noexcept;

    void ready() const noexcept { send("READY=1"); }
    void stopping() const noexcept { send("STOPPING=1"); }
    void alive() const noexcept { send("WATCHDOG=1"); }

    /// A status line.
    void status(std::string_view line) const noexcept;
    bool has_listener() const noexcept { return socket_.get() >= 0; }

    /// Includes the time, by which the service manager distinguishes reloads.
    void reloading() const noexcept;

    /// How often to call alive(): half of the watchdog's time-out. Nothing without a watchdog.
    std::optional<std::chrono::microseconds> interval() const noexcept { return interval_; }

private:
    void send(std::string_view state) const noexcept;

    descriptor socket_;
    std::optional<std::chrono::microseconds> interval_;
};

}  // namespace wampfcgi::process
