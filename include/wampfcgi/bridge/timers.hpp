// Owns the interface between the services and the timers of the event loop.
#pragma once

#include <chrono>
#include <functional>

namespace wampfcgi::bridge {

/// Calls back later. app/ implements it. Used by one thread.
class timers {
public:
    virtual ~timers() = default;

    /// Calls `then` once after `delay`, in a later turn of the event loop, unless the loop ends first. What `then` uses
    /// must outlive the loop's last turn.
    virtual void call_after(std::chrono::milliseconds delay, std::function<void()> then) = 0;
};

}  // namespace wampfcgi::bridge
