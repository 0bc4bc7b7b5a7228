#pragma once
// What a session knows of its connection. Messages are MessagePack on this side of it: a transport whose peer
// speaks another serializer converts at its own edge.

#include "serializer.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <span>
#include <string>
#include <string_view>

namespace wampfcgi::devrouter {

enum class wire_fault {
    half_frame,      ///< the first half of a message, then the end of the connection
    endless_frame,   ///< a frame that announces the greatest length and never gets there
    reserved_frame,  ///< a frame of a type that means nothing
};

/// For com.example.stats.
struct transport_facts {
    std::string url_scheme;
    serializer format = serializer::messagepack;
    std::string target;  ///< of WebSocket's HTTP request; empty otherwise, as host is
    std::string host;
};

class transport {
public:
    virtual ~transport() = default;

    /// Queues one message, which is its parts joined; they need not outlive the call. False: it is longer than the
    /// peer takes, and nothing is sent.
    virtual bool send(std::span<const std::string_view> parts) = 0;
    virtual void ping(std::string_view payload) = 0;
    virtual void misbehave(wire_fault fault, std::string_view payload) = 0;
    /// Ends the connection once everything that is queued is written.
    virtual void close() = 0;
    /// Ends the connection at once.
    virtual void drop() = 0;
    virtual void stop_reading_for(std::chrono::steady_clock::duration time) = 0;
    virtual const transport_facts& facts() const = 0;
    virtual boost::asio::any_io_executor executor() = 0;
};

}  // namespace wampfcgi::devrouter
