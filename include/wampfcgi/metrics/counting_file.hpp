// Owns what programs count that web servers start, which have no supervisor: a file for each process in a folder that
// all of a user share, locked as long as it lives, and a file with the total of those that have ended.
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
    /// Makes the file in `folder`, which is the user's own and private, and moves to the total what those have counted
    /// that ended since. Its slot is 0. Throws std::system_error.
    counting_file(descriptor folder, const settings& config);

    /// Moves what it has counted to the total, or leaves that to the next process that comes or looks.
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
