// Owns the limits that hold for every request, whichever way the web server hands it over.
#pragma once

#include <chrono>
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

}  // namespace wampfcgi::fcgi
