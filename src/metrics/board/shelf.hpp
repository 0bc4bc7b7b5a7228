// Owns the files in which processes without a supervisor count. Any of them may be killed at any instant, and none
// waits for another: whoever looks adds up what is there, and whoever gets the lock moves the files of those that have
// ended to the total. The total names the files that are in it, so that none counts twice though it be still there.
#pragma once

#include "metrics/board/area.hpp"
#include "metrics/board/gathering.hpp"
#include "wampfcgi/core/descriptor.hpp"

#include <cstdint>
#include <string>

namespace wampfcgi::metrics {

/// A file with a process's own name, which it holds locked.
struct own_file {
    std::string name;
    descriptor file;
    area memory;
};

class shelf {
public:
    explicit shelf(descriptor folder) : folder_(std::move(folder)) {}

    /// Nobody sees it before it is whole and locked. Throws std::system_error.
    own_file create(const settings& config) const;

    /// Moves the files of processes that have ended to the total. Does nothing where another process is at it.
    void fold() const noexcept;

    /// Adds up all that is there, and says since when.
    gathering look(std::uint64_t& since) const;

private:
    descriptor folder_;
};

}  // namespace wampfcgi::metrics
