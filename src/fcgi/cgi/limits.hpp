// Owns the limits for every request, over FastCGI or CGI.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace wampfcgi::fcgi {

/// The most bytes of a body if the service sets no limit: no router accepts a call with a larger one.
constexpr std::uint64_t most_body_bytes = 128ULL * 1024 * 1024;

/// The number of body bytes after which reading may stop. `own_bytes` is the service's limit (0: none).
constexpr std::uint64_t body_limit(std::uint64_t own_bytes)
{
    return own_bytes != 0 ? own_bytes : most_body_bytes;
}

/// Time for the web server to send or read more.
constexpr std::chrono::seconds stall_limit{60};

/// The least average rate at which the web server must send or read.
constexpr std::uint64_t slowest_bytes_per_second = 1024;

/// The total time for `bytes`.
constexpr std::chrono::seconds time_for(std::uint64_t bytes)
{
    return stall_limit + std::chrono::seconds(bytes / slowest_bytes_per_second);
}

/// The most connections of a worker with this limit on descriptors. The other descriptors are for sessions and the log,
/// and one in eight for large requests and answers.
constexpr std::size_t max_connections(std::size_t descriptors)
{
    constexpr std::size_t for_others = 64;
    return descriptors > 2 * for_others ? descriptors - descriptors / 8 - for_others : descriptors / 2;
}

}  // namespace wampfcgi::fcgi
