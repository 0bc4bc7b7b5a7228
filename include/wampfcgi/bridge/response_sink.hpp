// Owns the interface between a service and whatever takes its answer to the client.
#pragma once

#include "wampfcgi/bridge/answer.hpp"
#include "wampfcgi/core/response.hpp"

#include <cstddef>
#include <string_view>

namespace wampfcgi::bridge {

/// Takes the answer to one request: either a whole one, or a stream, piece by piece. Nobody in front of it knows
/// whether the web server speaks FastCGI or CGI. fcgi::connection and the CGI program have the real ones.
/// When the client has gone, the exchange is destroyed, and with it whatever would call this.
class response_sink {
public:
    virtual ~response_sink() = default;

    /// Sends the whole answer. The exchange ends with it: it may have been destroyed when this returns.
    virtual void respond(answer whole) = 0;

    /// Begins a stream; of `head` only status and headers count. The web server gets it with the first piece, or within
    /// this turn of the event loop.
    virtual void begin(response head) = 0;

    /// Adds a piece to the body of a stream. Returns how many bytes of the stream, these included, the web server has
    /// not taken yet. Never destroys the exchange.
    virtual std::size_t write(std::string_view piece) = 0;

    /// Ends a stream, and the exchange as respond() does.
    virtual void end(request_report how) = 0;
};

}  // namespace wampfcgi::bridge
