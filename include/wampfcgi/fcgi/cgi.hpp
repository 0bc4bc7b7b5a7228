// Owns the single request of a CGI program (RFC 3875): reads it from environment and standard input, and writes the
// response. The bridge decides what to answer.
#pragma once

#include "wampfcgi/bridge/service.hpp"

#include <functional>

namespace wampfcgi::fcgi {

/// The CGI environment. Both descriptors are closed once the response is written.
struct cgi_place {
    const char* const* variables = nullptr;  ///< null-terminated list of NAME=VALUE
    int input_fd = 0;
    int output_fd = 1;
};

/// Serves the request. Reading and writing block; gives up on a web server that sends nothing for a minute. Calls
/// `finished` exactly once, perhaps before returning, with false when the response could not be written completely.
/// Calling the returned function aborts the request if it is not answered yet. The returned function keeps the request
/// alive. `to` must outlive it.
std::function<void()> serve_cgi(bridge::service& to, const cgi_place& place,
                                std::function<void(bool written)> finished);

}  // namespace wampfcgi::fcgi
