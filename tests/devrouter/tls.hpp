#pragma once
// The router's TLS certificate, and the clients that it accepts.

#include "options.hpp"
#include "wampfcgi/net/byte_stream.hpp"

#include <boost/asio/ssl/context.hpp>
#include <boost/system/error_code.hpp>

#include <functional>
#include <optional>

namespace wampfcgi::devrouter {

using tls_context = boost::asio::ssl::context;

/// Nothing without a configured certificate. Throws boost::system::system_error for invalid files.
std::optional<tls_context> make_tls_context(const options& settings);

/// A TLS stream where there is a context, before its handshake.
net::byte_stream make_stream(net::plain_stream peer, tls_context* tls);

/// Does the TLS handshake if it is a TLS stream, then calls done(error).
void secure(net::byte_stream& stream, std::function<void(boost::system::error_code)> done);

/// Shuts down sending, waits for the peer to do so too, then calls done(error).
void end(net::byte_stream& stream, std::function<void(boost::system::error_code)> done);

}  // namespace wampfcgi::devrouter
