// Owns the one request of a CGI program (RFC 3875): reading it from environment and standard input, writing the
// response. What a request means is the bridge's business.
#pragma once

#include "wampfcgi/bridge/service.hpp"

#include <functional>

namespace wampfcgi::fcgi {

/// Where a CGI program stands. Both descriptors are closed once the response is written.
struct cgi_place {
    const char* const* variables = nullptr;  ///< null-terminated list of NAME=VALUE
    int input_fd = 0;
    int output_fd = 1;
};

/// Serves the request. Reading and writing block; a web server that sends nothing for a minute is not waited for.
/// `finished` is called exactly once, perhaps from within this function, with false when the response could not be
/// written in full. The result gives the request up whose answer nobody waits for any more, if it is not answered yet;
/// it keeps the request alive. `to` must outlive it.
std::function<void()> serve_cgi(bridge::service& to, const cgi_place& place,
                                std::function<void(bool written)> finished);

}  // namespace wampfcgi::fcgi
