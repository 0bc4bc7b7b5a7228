// Owns adding the figures of many processes up to one snapshot.
#pragma once

#include "metrics/board/area.hpp"
#include "wampfcgi/metrics/snapshot.hpp"

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace wampfcgi::metrics {

class gathering {
public:
    /// Adds what was counted in a slot by a process that has ended.
    void add_total(const area& from, std::uint32_t slot);

    /// Adds what a process counts and is at this moment.
    void add_process(const area& from, std::uint32_t slot);

    /// Makes an area of an empty file with what only grows, and the names of the files that are in it. Throws
    /// std::system_error.
    area write_total(int fd, const std::vector<std::string>& names) const;

    std::uint64_t processor_us_of_ended() const noexcept { return processor_us_of_ended_; }

    /// Services, sessions, workers, and signatures_remembered where `to` has a capacity of them. Series come in the
    /// order of their labels.
    void tell(snapshot& to) const;

private:
    using labels = std::pair<std::string, std::string>;

    struct service_sum {
        bridge::service_cells cells;
        std::uint64_t statuses = 0;  // that can occur
        std::uint64_t refusals = 0;
    };

    void add_counted(const area& from, std::uint32_t slot, const series& each);

    std::map<labels, std::unique_ptr<service_sum>> services_;
    std::map<labels, std::unique_ptr<bridge::session_cells>> sessions_;
    std::unique_ptr<bridge::store_cells> store_;  // where there is one
    std::vector<worker_figures> workers_;
    std::uint64_t signatures_remembered_ = 0;
    std::uint64_t processor_us_of_ended_ = 0;
};

}  // namespace wampfcgi::metrics
