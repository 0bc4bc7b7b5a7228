// Owns adding up the figures of many processes to one snapshot.
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
    /// Adds the counters of a slot, for processes that have ended.
    void add_total(const area& from, std::uint32_t slot);

    /// Adds the counters and gauges of a process.
    void add_process(const area& from, std::uint32_t slot);

    /// Turns an empty file into an area with the counters, and the names of the files that it includes. Throws
    /// std::system_error.
    area write_total(int fd, const std::vector<std::string>& names) const;

    std::uint64_t processor_us_of_ended() const noexcept { return processor_us_of_ended_; }

    /// Sets services, sessions, workers and, if `to` has a capacity for them, signatures_remembered. Series are ordered
    /// by their labels.
    void tell(snapshot& to) const;

private:
    using labels = std::pair<std::string, std::string>;

    struct service_sum {
        bridge::service_cells cells;
        std::uint64_t statuses = 0;  // possible ones
        std::uint64_t refusals = 0;
    };

    void add_counted(const area& from, std::uint32_t slot, const series& each);

    std::map<labels, std::unique_ptr<service_sum>> services_;
    std::map<labels, std::unique_ptr<bridge::session_cells>> sessions_;
    std::unique_ptr<bridge::store_cells> store_;  // null: none
    std::vector<worker_figures> workers_;
    std::uint64_t signatures_remembered_ = 0;
    std::uint64_t processor_us_of_ended_ = 0;
};

}  // namespace wampfcgi::metrics
