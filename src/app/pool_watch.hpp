// Owns the figures about the pool itself: passes the supervisor's events to the board, and a summary to the service
// manager.
#pragma once

#include "wampfcgi/metrics/board.hpp"
#include "wampfcgi/process/supervisor.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace wampfcgi::app {

class pool_watch final : public process::pool_observer {
public:
    /// `counted_on` must outlive the observer.
    explicit pool_watch(metrics::board& counted_on) : board_(counted_on) {}

    std::optional<std::uint32_t> worker_starts() override;
    void worker_started() override { board_.count_start(); }
    void worker_did_not_start(std::optional<std::uint32_t> slot) override;
    void worker_ended(std::optional<std::uint32_t> slot, worker_end why) override;
    void reloaded(bool was_good) override { board_.count_reload(was_good); }

    /// The rate of requests since the last call.
    std::string status() override;

private:
    metrics::board& board_;
    std::chrono::steady_clock::time_point looked_ = std::chrono::steady_clock::now();
    std::uint64_t requests_ = 0;
};

}  // namespace wampfcgi::app
