// Owns timers for the services, based on the event loop.
#pragma once

#include "wampfcgi/bridge/timers.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <utility>

namespace wampfcgi::app {

class loop_timers final : public bridge::timers {
public:
    explicit loop_timers(boost::asio::io_context& loop) : loop_(loop) {}

    void call_after(std::chrono::milliseconds delay, std::function<void()> then) override
    {
        const auto timer = std::make_shared<boost::asio::steady_timer>(loop_, delay);
        timer->async_wait([timer, then = std::move(then)](boost::system::error_code error) {
            if (!error)
                then();
        });
    }

private:
    boost::asio::io_context& loop_;
};

}  // namespace wampfcgi::app
