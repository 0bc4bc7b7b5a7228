// Owns the shared counters of a pool: memory mapped before workers are forked, with a slot for each, and the totals of
// ended workers. So no counter decreases, however a worker ends.
#pragma once

#include "wampfcgi/core/settings.hpp"
#include "wampfcgi/core/worker_end.hpp"
#include "wampfcgi/metrics/figures_place.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace wampfcgi::metrics {

class board final : public figures_place {
public:
    /// Throws std::system_error when there is not enough memory.
    board(const settings& config, unsigned workers);
    ~board() override;
    board(const board&) = delete;
    board& operator=(const board&) = delete;

    /// In the supervisor: workers started from now on also count for the services of `config`. Returns false when the
    /// board is too full for all services that reloads have added; those without room are not counted.
    bool take_into_use(const settings& config);

    /// In the supervisor: takes a slot for a worker about to start. Nothing when all are taken; the worker is then not
    /// counted.
    std::optional<std::uint32_t> take_slot();
    void count_start();

    /// In the supervisor: the slot's worker did not start, or has ended. Adds its counters to the totals.
    void give_back(std::uint32_t slot);
    void count_end(worker_end why);
    void count_reload(bool was_good);

    std::unique_ptr<bridge::meter> meter_for(std::optional<std::uint32_t> slot) override;
    process_cells& process(std::optional<std::uint32_t> slot) override;
    snapshot look(int listen_fd) const override;

private:
    struct parts;
    std::unique_ptr<parts> parts_;
};

}  // namespace wampfcgi::metrics
