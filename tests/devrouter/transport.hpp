#pragma once
// A session's view of its connection. Messages are MessagePack here; a transport converts them for a peer with another
// serializer.

#include "serializer.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <span>
#include <string>
#include <string_view>

namespace wampfcgi::devrouter {

enum class wire_fault {
    half_frame,      ///< the first half of a message, then the end of the connection
    endless_frame,   ///< a frame that announces the greatest length and is never completed
    reserved_frame,  ///< a frame of a reserved type
};

/// Facts for com.example.stats.
struct transport_facts {
    std::string url_scheme;
    serializer format = serializer::messagepack;
    std::string target;  ///< of WebSocket's HTTP request; empty otherwise, like host
    std::string host;
};

class transport {
public:
    virtual ~transport() = default;

    /// Queues the joined parts as one message; the parts need not outlive the call. Returns false when it is over the
    /// peer's limit, and was not sent.
    virtual bool send(std::span<const std::string_view> parts) = 0;
    virtual void ping(std::string_view payload) = 0;
    virtual void misbehave(wire_fault fault, std::string_view payload) = 0;
    /// Ends the connection once the queue is written.
    virtual void close() = 0;
    /// Ends the connection at once.
    virtual void drop() = 0;
    virtual void stop_reading_for(std::chrono::steady_clock::duration time) = 0;
    virtual const transport_facts& facts() const = 0;
    virtual boost::asio::any_io_executor executor() = 0;
};

}  // namespace wampfcgi::devrouter
