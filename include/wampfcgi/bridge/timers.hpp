// Owns the interface between the services and whatever lets time pass.
#pragma once

#include <chrono>
#include <functional>

namespace wampfcgi::bridge {

/// Calls back later. app/ has the real one. Used by one thread.
class timers {
public:
    virtual ~timers() = default;

    /// Has `then` called once, in another turn of the event loop, when `delay` has passed, unless the loop ends before.
    /// What it uses outlives the loop's last turn.
    virtual void call_after(std::chrono::milliseconds delay, std::function<void()> then) = 0;
};

}  // namespace wampfcgi::bridge
