#include "wampfcgi/metrics/board.hpp"

#include "metrics/board/area.hpp"
#include "metrics/board/counted_series.hpp"
#include "metrics/board/gathering.hpp"
#include "metrics/board/listen_queue.hpp"

#include <algorithm>
#include <array>
#include <ctime>

#include <sched.h>
#include <unistd.h>

namespace wampfcgi::metrics {
namespace {

constexpr std::uint32_t total = 0;  // the slot for ended workers
constexpr std::uint32_t least_slots = 64;
constexpr int most_looks = 100;

constexpr std::array<const char*, worker_ends> names_of_ends{"stopped", "replaced", "exited",
                                                             "signal",  "hung",     "overdue"};

std::uint64_t now_in_seconds() noexcept
{
    return static_cast<std::uint64_t>(std::time(nullptr));
}

std::chrono::sys_seconds time_of(std::uint64_t seconds)
{
    return std::chrono::sys_seconds(std::chrono::seconds(static_cast<std::int64_t>(seconds)));
}

void tell_pool(const pool_cells& from, snapshot& to)
{
    to.started = time_of(from.started.value());
    to.workers_wanted = from.workers_wanted.value();
    to.workers_started = from.workers_started.value();
    for (std::size_t i = 0; i < worker_ends; ++i)
        to.workers_ended[names_of_ends[i]] = from.workers_ended[i].value();
    to.reloads_good = from.reloads_good.value();
    to.reloads_bad = from.reloads_bad.value();
    if (const auto when = from.last_reload.value(); when > 0)
        to.last_reload = time_of(when);
    to.last_reload_was_good = from.last_reload_was_good.value() != 0;
    to.max_in_flight = from.max_in_flight.value();
    to.max_streams = from.max_streams.value();
    to.signatures_capacity = from.signatures_capacity.value();
}

gathering gather_once(const area& memory)
{
    gathering all;
    all.add_total(memory, total);
    for (std::uint32_t slot = total + 1; slot < memory.slots(); ++slot)
        if (memory.process(slot).is_taken.value() != 0)
            all.add_process(memory, slot);
    return all;
}

// Repeats when a slot was folded into the total meanwhile. Does not wait for a supervisor that was stopped while
// folding.
gathering gather(const area& memory)
{
    const cell& sequence = memory.header().fold_sequence;
    for (int looks = 1; looks < most_looks; ++looks) {
        const std::uint64_t before = sequence.value();
        std::atomic_thread_fence(std::memory_order_acquire);
        gathering all = gather_once(memory);
        std::atomic_thread_fence(std::memory_order_acquire);
        if (sequence.value() == before && before % 2 == 0)
            return all;
        ::sched_yield();
    }
    return gather_once(memory);
}

}  // namespace

struct board::parts {
    explicit parts(const area_size& size) : memory(size) {}

    area memory;
    process_cells of_nobody{};  // for a worker without a slot
};

// Enough slots for all workers and their replacements, several times over.
board::board(const settings& config, unsigned workers)
    : parts_(std::make_unique<parts>(
          area_size::for_settings(config, std::max<std::uint32_t>(least_slots, 8 * workers) + 1)))
{
    pool_cells& pool = parts_->memory.header().pool;
    pool.started.set(now_in_seconds());
    pool.workers_wanted.set(workers);
    take_into_use(config);
}

board::~board() = default;

bool board::take_into_use(const settings& config)
{
    const bool has_room = add_series(parts_->memory, config);
    pool_cells& pool = parts_->memory.header().pool;
    pool.max_in_flight.set(config.max_in_flight);
    pool.max_streams.set(config.max_streams);
    pool.signatures_capacity.set(capacity_of_signatures(config));
    return has_room;
}

std::optional<std::uint32_t> board::take_slot()
{
    for (std::uint32_t slot = total + 1; slot < parts_->memory.slots(); ++slot) {
        cell& is_taken = parts_->memory.process(slot).is_taken;
        if (is_taken.value() != 0)
            continue;
        is_taken.set(1);
        return slot;
    }
    return {};
}

void board::count_start()
{
    parts_->memory.header().pool.workers_started.add();
}

void board::give_back(std::uint32_t slot)
{
    parts_->memory.fold(slot, total);
}

void board::count_end(worker_end why)
{
    parts_->memory.header().pool.workers_ended[static_cast<std::size_t>(why)].add();
}

void board::count_reload(bool was_good)
{
    pool_cells& pool = parts_->memory.header().pool;
    (was_good ? pool.reloads_good : pool.reloads_bad).add();
    pool.last_reload.set(now_in_seconds());
    pool.last_reload_was_good.set(was_good ? 1 : 0);
}

std::unique_ptr<bridge::meter> board::meter_for(std::optional<std::uint32_t> slot)
{
    if (!slot)
        return std::make_unique<bridge::unread_meter>();
    return std::make_unique<slot_meter>(parts_->memory, *slot);
}

process_cells& board::process(std::optional<std::uint32_t> slot)
{
    return slot ? parts_->memory.process(*slot) : parts_->of_nobody;
}

snapshot board::look(int listen_fd) const
{
    snapshot seen;
    tell_pool(parts_->memory.header().pool, seen);
    gather(parts_->memory).tell(seen);
    seen.processor_us_of_ended = parts_->memory.process(total).processor_us.value();
    seen.now = time_of(now_in_seconds());
    seen.queue = queue_of(listen_fd);
    return seen;
}

}  // namespace wampfcgi::metrics
