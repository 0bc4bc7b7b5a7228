// Owns asking a pool over FastCGI, as a web server would, how it is doing. Connecting to it is process/'s business.
#pragma once

#include "wampfcgi/core/trouble.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace wampfcgi::fcgi {

/// What a pool says of itself.
struct pool_report {
    bool is_ready = false;
    std::string text;  ///< in the form that was asked for
};

/// Asks the pool behind the connected socket `fd`, which does not block, for its figures as "text" or "json". Fails
/// when there is no answer by then, or when what answers is no wamp-fcgi.
result<pool_report, trouble> ask_for_status(int fd, std::string_view form,
                                            std::chrono::steady_clock::time_point deadline);

}  // namespace wampfcgi::fcgi
