// Owns the limits that hold for every request, whichever way the web server hands it over.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace wampfcgi::fcgi {

/// Most bytes of a body where the service sets no limit of its own: no router takes the call of a larger one.
constexpr std::uint64_t most_body_bytes = 128ULL * 1024 * 1024;

/// Reading may stop once this is passed, `own_bytes` being the service's limit (0: none).
constexpr std::uint64_t body_limit(std::uint64_t own_bytes)
{
    return own_bytes != 0 ? own_bytes : most_body_bytes;
}

/// For the web server to send or take some more.
constexpr std::chrono::seconds stall_limit{60};

/// The least that it has to send or take, on average.
constexpr std::uint64_t slowest_bytes_per_second = 1024;

/// All the time that it has for so many bytes.
constexpr std::chrono::seconds time_for(std::uint64_t bytes)
{
    return stall_limit + std::chrono::seconds(bytes / slowest_bytes_per_second);
}

/// Most bytes of requests that are being received, and of answers that are being sent, in a worker.
constexpr std::uint64_t max_held_bytes = 512ULL * 1024 * 1024;

/// Most connections that a worker has where it may have so many descriptors: some are for sessions and the log, and one
/// in eight for requests and answers that are large.
constexpr std::size_t max_connections(std::size_t descriptors)
{
    constexpr std::size_t for_others = 64;
    return descriptors > 2 * for_others ? descriptors - descriptors / 8 - for_others : descriptors / 2;
}

}  // namespace wampfcgi::fcgi
