#pragma once
// WAMP over WebSocket: subprotocols wamp.2.msgpack and wamp.2.json. Beast stays in websocket.cpp.

#include "connection.hpp"
#include "tls.hpp"

#include <string>

namespace wampfcgi::devrouter {

/// Serves one peer that asks for that path; over TLS where there is a context.
void serve_websocket(stream_socket peer, router& shared, tls_context* tls, const std::string& path);

}  // namespace wampfcgi::devrouter
