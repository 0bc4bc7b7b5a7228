// Owns what the machine lets this process and its workers use of memory, and how much of it a worker may use for
// requests, responses and the router.
#pragma once

#include "wampfcgi/core/settings.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace wampfcgi::process {

/// A limit on memory.
struct memory_limit {
    std::uint64_t bytes;
    std::string from;  ///< "RLIMIT_AS", or the file with a cgroup's limit
};

/// The smallest limit on the memory of this process: RLIMIT_AS, and those of its cgroup and all cgroups above it
/// (version 2 and 1). Nothing without one, or where nothing can be found out.
std::optional<memory_limit> find_memory_limit();

/// What a worker may hold in memory, in bytes.
struct buffer_limits {
    std::uint64_t requests = 0;   ///< being received
    std::uint64_t responses = 0;  ///< being sent
    std::uint64_t router_queue =
        0;  ///< waiting for a session, or for a router that does not read; each, in each session

    friend bool operator==(const buffer_limits&, const buffer_limits&) = default;
};

/// What is configured; what is not, is an eighth of `memory` divided by the number of workers, but at least 1 MiB, and
/// at most 512 MiB for requests, 512 MiB for responses and 64 MiB for a queue.
buffer_limits limits_in_force(const limits_settings& given, const std::optional<memory_limit>& memory,
                              unsigned workers);

/// A line about limits that are below their usual values because of `memory`; nothing if there are none.
std::optional<std::string> lowered_limits(const limits_settings& given, const std::optional<memory_limit>& memory,
                                          unsigned workers);

}  // namespace wampfcgi::process
