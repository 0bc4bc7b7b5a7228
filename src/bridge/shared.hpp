// Owns what the services of one process share.
#pragma once

#include "bridge/heartbeat.hpp"
#include "wampfcgi/bridge/gateway.hpp"
#include "wampfcgi/bridge/timers.hpp"

#include <chrono>
#include <cstddef>
#include <utility>

namespace wampfcgi::bridge {

/// How many requests may be under way at once, and how many are.
class in_flight_count {
public:
    explicit in_flight_count(std::size_t most) : most_(most) {}

    /// One that is under way, until it is dropped.
    class place {
    public:
        place() = default;
        place(place&& other) noexcept : among_(std::exchange(other.among_, nullptr)) {}
        place& operator=(place&& other) noexcept
        {
            std::swap(among_, other.among_);
            return *this;
        }
        ~place()
        {
            if (among_ != nullptr)
                --among_->taken_;
        }

        explicit operator bool() const noexcept { return among_ != nullptr; }

    private:
        friend class in_flight_count;
        explicit place(in_flight_count& among) : among_(&among) { ++among.taken_; }

        in_flight_count* among_ = nullptr;
    };

    /// A place for one more; none when all are taken.
    place take() { return taken_ < most_ ? place(*this) : place(); }

private:
    std::size_t most_;
    std::size_t taken_ = 0;
};

/// Outlives the services.
struct shared_by_services {
    shared_by_services(gateway::clock clock, gateway::steady_clock steady, std::size_t most_in_flight, timers& wakers)
        : now(std::move(clock)),
          stopwatch(std::move(steady)),
          in_flight(most_in_flight),
          beats(std::chrono::seconds(15), wakers, stopwatch)
    {}

    gateway::clock now;
    gateway::steady_clock stopwatch;
    in_flight_count in_flight;
    heartbeat beats;  // of streams that answer calls
};

}  // namespace wampfcgi::bridge
