// Owns the FastCGI side of a worker: accepts connections of the web server, reads requests, writes responses. The
// bridge decides what to answer.
#pragma once

#include "wampfcgi/bridge/meter.hpp"
#include "wampfcgi/bridge/service.hpp"

#include <cstdint>
#include <functional>
#include <memory>

namespace boost::asio {
class io_context;
}

namespace wampfcgi::fcgi {

/// What a server shares with the others of its pool, and when to replace it. The sockets are non-blocking and stay
/// open.
struct server_options {
    int give_fd = -1;  ///< socket for handing idle connections over when draining; -1: closes them instead
    int take_fd = -1;  ///< socket for receiving connections from other workers; -1: none
    std::uint64_t max_requests = 0;                       ///< 0: no limit
    std::uint64_t request_bytes = 512ULL * 1024 * 1024;   ///< the most of requests being received
    std::uint64_t response_bytes = 512ULL * 1024 * 1024;  ///< the most of answers being sent
    std::function<void()> enough;                         ///< called once when max_requests requests have begun
    bridge::cell* connections = nullptr;                  ///< counts the open connections; null: not counted
};

/// Serves one listening socket. Use it only from the thread of the event loop; no member blocks.
class server {
public:
    /// `loop` and `to` must outlive the server. Takes ownership of `listen_fd`, and makes it non-blocking.
    server(boost::asio::io_context& loop, int listen_fd, bridge::service& to, server_options options = {});
    ~server();
    server(const server&) = delete;
    server& operator=(const server&) = delete;

    void start();

    /// Stops accepting. Hands idle connections over or closes them, now and when more become idle. Calls `drained` once
    /// every request in flight is answered.
    void stop(std::function<void()> drained);

private:
    class acceptor;

    std::shared_ptr<acceptor> acceptor_;
};

}  // namespace wampfcgi::fcgi
