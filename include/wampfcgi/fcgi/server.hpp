// Owns the FastCGI side of a worker: accepting connections of the web server, reading requests, writing responses.
// What a request means is the bridge's business.
#pragma once

#include "wampfcgi/bridge/bridge.hpp"

#include <functional>
#include <memory>

namespace boost::asio {
class io_context;
}

namespace wampfcgi::fcgi {

/// Serves one listening socket. All members are used from the thread that runs the event loop; nothing in it blocks.
class server {
public:
    /// `loop` and `to` must outlive it. Takes over `listen_fd`, which is made non-blocking.
    server(boost::asio::io_context& loop, int listen_fd, bridge::bridge& to);
    ~server();
    server(const server&) = delete;
    server& operator=(const server&) = delete;

    void start();

    /// Stops accepting, closes idle connections, and calls `drained` once every request that was begun is answered.
    void stop(std::function<void()> drained);

private:
    class acceptor;

    std::shared_ptr<acceptor> acceptor_;
};

}  // namespace wampfcgi::fcgi
