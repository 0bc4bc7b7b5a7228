// Owns the interface that a service writes its answer to.
#pragma once

#include "wampfcgi/bridge/answer.hpp"
#include "wampfcgi/core/response.hpp"

#include <cstddef>
#include <string_view>

namespace wampfcgi::bridge {

/// Takes the answer to one request: a complete response, or a stream in pieces. The service does not see whether the
/// web server speaks FastCGI or CGI: fcgi::connection and the CGI program implement this. When the client disconnects,
/// the exchange is destroyed, so the sink is not called any more.
class response_sink {
public:
    virtual ~response_sink() = default;

    /// Sends the complete answer and ends the exchange, which may be destroyed before this returns.
    virtual void respond(answer&& whole) = 0;

    /// Begins a stream. Only status and headers of `head` are used. They are sent together with the first piece, or at
    /// the end of this turn of the event loop.
    virtual void begin(response head) = 0;

    /// Adds a piece to the body of a stream. Returns how many bytes of the stream, including this piece, the web server
    /// has not read yet. Never destroys the exchange.
    virtual std::size_t write(std::string_view piece) = 0;

    /// Ends the stream and, like respond(), the exchange.
    virtual void end(request_report how) = 0;
};

}  // namespace wampfcgi::bridge
