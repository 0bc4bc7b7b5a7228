// Owns the FastCGI side of a worker: accepting connections of the web server, reading requests, writing responses.
// What a request means is the bridge's business.
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

/// What a server shares with the others of its pool, and when it has done its share. The sockets do not block and stay
/// open.
struct server_options {
    int give_fd = -1;                     ///< socket that idle connections are sent to at the end; -1: they are closed
    int take_fd = -1;                     ///< socket that those of others come from; -1: none
    std::uint64_t max_requests = 0;       ///< 0: any number
    std::function<void()> enough;         ///< called once when so many requests have begun
    bridge::cell* connections = nullptr;  ///< says how many there are; null: nobody wants to know
};

/// Serves one listening socket. All members are used from the thread that runs the event loop; nothing in it blocks.
class server {
public:
    /// `loop` and `to` must outlive it. Takes over `listen_fd`, which is made non-blocking.
    server(boost::asio::io_context& loop, int listen_fd, bridge::service& to, server_options options = {});
    ~server();
    server(const server&) = delete;
    server& operator=(const server&) = delete;

    void start();

    /// Stops accepting, gives idle connections away or closes them, at once and as others become idle, and calls
    /// `drained` once every request that was begun is answered.
    void stop(std::function<void()> drained);

private:
    class acceptor;

    std::shared_ptr<acceptor> acceptor_;
};

}  // namespace wampfcgi::fcgi
