// Owns telling the service manager how the program does (sd_notify(3)).
#pragma once

#include "wampfcgi/core/descriptor.hpp"

#include <chrono>
#include <optional>
#include <string_view>

namespace wampfcgi::process {

/// Sends nothing where no service manager listens. What cannot be sent is lost in silence.
class notifier {
public:
    /// Reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID from the environment.
    notifier() noexcept;

    void ready() const noexcept { send("READY=1"); }
    void stopping() const noexcept { send("STOPPING=1"); }
    void alive() const noexcept { send("WATCHDOG=1"); }

    /// A line about what goes on.
    void status(std::string_view line) const noexcept;
    bool has_listener() const noexcept { return socket_.get() >= 0; }

    /// With the time, by which the service manager tells this reload from one before it.
    void reloading() const noexcept;

    /// How often alive() is expected: half of what the service manager waits. Nothing where it does not wait.
    std::optional<std::chrono::microseconds> interval() const noexcept { return interval_; }

private:
    void send(std::string_view state) const noexcept;

    descriptor socket_;
    std::optional<std::chrono::microseconds> interval_;
};

}  // namespace wampfcgi::process
