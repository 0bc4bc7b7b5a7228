// Owns what the processes of a pool count together: memory that is mapped before they are forked, with a slot for each,
// and the total of those that have ended, so that no figure goes back whatever ends a worker.
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
    /// Throws std::system_error when there is no memory.
    board(const settings& config, unsigned workers);
    ~board() override;
    board(const board&) = delete;
    board& operator=(const board&) = delete;

    /// In the supervisor: workers that start from now on count for the services of `config` too. False when there is no
    /// room for all that reloads have brought: those that find none are not counted.
    bool take_into_use(const settings& config);

    /// In the supervisor: a slot for a worker that is about to start. Nothing when all are taken: the worker is then
    /// not counted.
    std::optional<std::uint32_t> take_slot();
    void count_start();

    /// In the supervisor: its worker did not start, or has ended. What it has counted goes to the total.
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
