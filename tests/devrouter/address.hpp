#pragma once
// Parses addresses in the form of --listen.

#include <string>

namespace wampfcgi::devrouter {

struct address {
    std::string scheme;  ///< "rs", "rss", "ws", "wss" or "unix"
    std::string host;    ///< without brackets
    std::string port;
    std::string path;  ///< of the Unix socket; for WebSocket the HTTP request's path, at least "/"

    bool is_local() const { return scheme == "unix"; }
    bool is_websocket() const { return scheme.starts_with("ws"); }
    bool is_tls() const { return scheme == "rss" || scheme == "wss"; }
};

/// Also accepts HOST:PORT for rs://HOST:PORT. Throws std::invalid_argument with a message for the user.
address parse_address(const std::string& text);

}  // namespace wampfcgi::devrouter
