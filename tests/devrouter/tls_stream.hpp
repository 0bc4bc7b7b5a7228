#pragma once
// The two kinds of streams below connections.

#include "connection.hpp"

#include <boost/asio/ssl/stream.hpp>

#include <type_traits>

namespace wampfcgi::devrouter {

using tls_stream = boost::asio::ssl::stream<stream_socket>;

template <typename Stream>
constexpr bool over_tls = std::is_same_v<Stream, tls_stream>;

/// Performs the TLS handshake if the stream uses TLS, then calls done(error_code).
template <typename Stream, typename Done>
void secure(Stream& stream, Done done)
{
    if constexpr (over_tls<Stream>)
        stream.async_handshake(boost::asio::ssl::stream_base::server, std::move(done));
    else
        done(boost::system::error_code{});
}

}  // namespace wampfcgi::devrouter
