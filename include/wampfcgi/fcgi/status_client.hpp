// Owns the FastCGI client that asks a pool for its status, like a web server. process/ connects to the pool.
#pragma once

#include "wampfcgi/core/trouble.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace wampfcgi::fcgi {

/// A pool's report on itself.
struct pool_report {
    bool is_ready = false;
    std::string text;  ///< in the requested format
};

/// Asks the pool behind the connected, non-blocking socket `fd` for its figures as "text" or "json". Fails when no
/// answer arrives before `deadline`, or when the peer is not wamp-fcgi.
result<pool_report, trouble> ask_for_status(int fd, std::string_view form,
                                            std::chrono::steady_clock::time_point deadline);

}  // namespace wampfcgi::fcgi
