// Owns the types of a connected stream to a server.
#pragma once

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ssl/stream.hpp>

namespace wampfcgi::net {

using plain_stream = boost::asio::generic::stream_protocol::socket;
using tls_stream = boost::asio::ssl::stream<plain_stream>;

}  // namespace wampfcgi::net
