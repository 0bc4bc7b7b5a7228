// Owns timers for tests, which expire when the test says so.
#pragma once

#include "wampfcgi/bridge/timers.hpp"

#include <chrono>
#include <functional>
#include <utility>
#include <vector>

namespace wampfcgi {

class fake_timers final : public bridge::timers {
public:
    void call_after(std::chrono::milliseconds delay, std::function<void()> then) override
    {
        waiting.emplace_back(delay, std::move(then));
    }

    /// All pending timers expire, whatever their delay.
    void come()
    {
        for (const auto& [delay, then] : std::exchange(waiting, {}))
            then();
    }

    std::vector<std::pair<std::chrono::milliseconds, std::function<void()>>> waiting;
};

}  // namespace wampfcgi
