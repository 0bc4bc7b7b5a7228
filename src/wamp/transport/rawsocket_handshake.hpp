// Owns the exchange of RawSocket's handshake over a stream.
#pragma once

#include "wamp/transport/rawsocket.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <variant>

namespace wampfcgi::wamp::rawsocket {

/// The most bytes of a payload that the router accepts, or why there is no connection, for the log.
using handshake_outcome = std::variant<std::size_t, std::string>;

/// Calls `done(handshake_outcome)`. `done` must keep the stream alive.
template <class Stream, class Handler>
void async_handshake(Stream& stream, std::uint8_t serializer, Handler done)
{
    using error_code = boost::system::error_code;
    const auto bytes = std::make_shared<std::array<char, 4>>(handshake_request(serializer));
    auto take_reply = [bytes, serializer, done](error_code error, std::size_t) {
        // Some routers close the connection when they do not support the serializer.
        if (error == boost::asio::error::eof)
            return done(handshake_outcome("the router closed the connection during the handshake; it may not support "
                                          "RawSocket or the serializer here"));
        done(error ? "reading the handshake: " + error.message() : read_handshake_reply(*bytes, serializer));
    };
    boost::asio::async_write(stream, boost::asio::buffer(*bytes),
                             [&stream, bytes, take_reply, done](error_code error, std::size_t) {
                                 if (error)
                                     return done(handshake_outcome("sending the handshake: " + error.message()));
                                 boost::asio::async_read(stream, boost::asio::buffer(*bytes), take_reply);
                             });
}

}  // namespace wampfcgi::wamp::rawsocket
