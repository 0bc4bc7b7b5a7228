#pragma once
// WAMP over WebSocket: subprotocols wamp.2.msgpack and wamp.2.json. Only websocket.cpp includes Beast.

#include "connection.hpp"
#include "tls.hpp"

#include <string>

namespace wampfcgi::devrouter {

/// Serves one peer that requests this path; over TLS if `tls` is not null.
void serve_websocket(stream_socket peer, router& shared, tls_context* tls, const std::string& path);

}  // namespace wampfcgi::devrouter
