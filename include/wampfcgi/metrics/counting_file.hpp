// Owns the counters of processes that a web server starts, without a supervisor: a file for each process in a folder of
// the user, locked while the process lives, and a file with the totals of ended processes.
#pragma once

#include "wampfcgi/core/descriptor.hpp"
#include "wampfcgi/core/settings.hpp"
#include "wampfcgi/metrics/figures_place.hpp"

#include <cstdint>
#include <memory>
#include <optional>

namespace wampfcgi::metrics {

class counting_file final : public figures_place {
public:
    /// Creates its file in `folder`, which must be private to the user, and adds the counters of processes that have
    /// ended meanwhile to the totals. The slot is 0. Throws std::system_error.
    counting_file(descriptor folder, const settings& config);

    /// Adds its counters to the totals, or leaves that to the next process that starts or reads them.
    ~counting_file() override;
    counting_file(const counting_file&) = delete;
    counting_file& operator=(const counting_file&) = delete;

    std::unique_ptr<bridge::meter> meter_for(std::optional<std::uint32_t> slot) override;
    process_cells& process(std::optional<std::uint32_t> slot) override;
    snapshot look(int listen_fd) const override;

private:
    struct parts;
    std::unique_ptr<parts> parts_;
};

}  // namespace wampfcgi::metrics
