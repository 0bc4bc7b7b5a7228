// Owns what the services of one process share.
#pragma once

#include "bridge/deadlines.hpp"
#include "bridge/heartbeat.hpp"
#include "wampfcgi/bridge/gateway.hpp"
#include "wampfcgi/bridge/meter.hpp"
#include "wampfcgi/bridge/status_source.hpp"
#include "wampfcgi/bridge/timers.hpp"
#include "wampfcgi/core/settings.hpp"

#include <chrono>
#include <cstddef>
#include <random>
#include <utility>

namespace wampfcgi::bridge {

/// A limit on objects that exist at the same time, and their current number.
class limited_count {
public:
    explicit limited_count(std::size_t most) : most_(most) {}

    /// One of the places; freed when destroyed.
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
        friend class limited_count;
        explicit place(limited_count& among) : among_(&among) { ++among.taken_; }

        limited_count* among_ = nullptr;
    };

    /// Takes a place; an empty one when all are taken.
    place take() { return taken_ < most_ ? place(*this) : place(); }

private:
    std::size_t most_;
    std::size_t taken_ = 0;
};

/// Must outlive the services.
struct shared_by_services {
    shared_by_services(gateway::clock clock, gateway::steady_clock steady, const settings& config, timers& time,
                       meter& counts)
        : now(std::move(clock)),
          stopwatch(std::move(steady)),
          wakers(time),
          figures(counts),
          in_flight(config.max_in_flight),
          beats(std::chrono::seconds(15), wakers, stopwatch),
          streams(config.max_streams),
          ends(wakers, stopwatch)
    {}

    gateway::clock now;
    gateway::steady_clock stopwatch;
    timers& wakers;
    meter& figures;
    status_source* status = nullptr;  // null: not set yet, or no figures
    limited_count in_flight;          // calls and publications
    heartbeat beats;                  // of streams that answer calls
    limited_count streams;            // event streams
    deadlines ends;                   // of event streams
    std::minstd_rand random{std::random_device{}()};
};

}  // namespace wampfcgi::bridge
