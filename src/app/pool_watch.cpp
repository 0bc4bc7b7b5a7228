#include "app/pool_watch.hpp"

#include "wampfcgi/log/log.hpp"

#include <array>
#include <cstdio>
#include <utility>

namespace wampfcgi::app {
namespace {

std::string with_one_decimal(double value)
{
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.1f", value);
    return text.data();
}

}  // namespace

std::optional<std::uint32_t> pool_watch::worker_starts()
{
    const auto slot = board_.take_slot();
    if (!slot)
        log::write(log_level::warning, "status leaves out a worker: too many workers drain at the same time");
    return slot;
}

void pool_watch::worker_did_not_start(std::optional<std::uint32_t> slot)
{
    if (slot)
        board_.give_back(*slot);
}

void pool_watch::worker_ended(std::optional<std::uint32_t> slot, worker_end why)
{
    if (slot)
        board_.give_back(*slot);
    board_.count_end(why);
}

std::string pool_watch::status()
{
    const metrics::snapshot seen = board_.look(-1);
    std::uint64_t requests = 0;
    std::uint64_t calls = 0;
    for (const auto& each : seen.services) {
        calls += each.calls_under_way;
        for (const auto& [status, count] : each.requests)
            requests += count;
    }
    std::uint64_t up = 0;
    std::uint64_t wanted = 0;
    for (const auto& each : seen.sessions) {
        up += each.up;
        wanted += each.wanted;
    }
    const auto now = std::chrono::steady_clock::now();
    const std::chrono::duration<double> since = now - std::exchange(looked_, now);
    const auto new_requests = static_cast<double>(requests - std::exchange(requests_, requests));
    return with_one_decimal(since.count() > 0 ? new_requests / since.count() : 0) + " requests/s, " +
           std::to_string(calls) + " calls in flight, " + std::to_string(up) + " of " + std::to_string(wanted) +
           " sessions up";
}

}  // namespace wampfcgi::app
