// Owns the files in which processes without a supervisor count. Any process may be killed at any time, and none waits
// for another. A reader adds up all files. The process that gets the lock folds the files of ended processes into the
// total. The total names the files that it includes, so that none is counted twice while it still exists.
#pragma once

#include "metrics/board/area.hpp"
#include "metrics/board/gathering.hpp"
#include "wampfcgi/core/descriptor.hpp"

#include <cstdint>
#include <string>

namespace wampfcgi::metrics {

/// The file of this process, which keeps it locked.
struct own_file {
    std::string name;
    descriptor file;
    area memory;
};

class shelf {
public:
    explicit shelf(descriptor folder) : folder_(std::move(folder)) {}

    /// Other processes see the file only once it is complete and locked. Throws std::system_error.
    own_file create(const settings& config) const;

    /// Folds the files of ended processes into the total. Does nothing while another process does that.
    void fold() const noexcept;

    /// Adds up all files. Sets `since` to the start of counting.
    gathering look(std::uint64_t& since) const;

private:
    descriptor folder_;
};

}  // namespace wampfcgi::metrics
