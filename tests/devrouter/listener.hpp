#pragma once
// A listening socket: opens it for an address from the command line, and accepts connections.

#include "address.hpp"
#include "connection.hpp"
#include "router.hpp"
#include "tls.hpp"

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>

#include <string>
#include <variant>

namespace wampfcgi::devrouter {

class listener {
public:
    /// Everything but the address must outlive it. `tls` is needed if the address uses TLS. Throws
    /// boost::system::system_error when it cannot listen.
    listener(boost::asio::io_context& io, router& shared, tls_context* tls, address where);
    /// Removes the path of its Unix socket.
    ~listener();
    listener(const listener&) = delete;
    listener& operator=(const listener&) = delete;

    void start();
    /// In the form of a client's configuration: rs://127.0.0.1:8081, ws://127.0.0.1:8080/ws, unix:/PATH.
    std::string url() const;

private:
    using tcp = boost::asio::ip::tcp;
    using local = boost::asio::local::stream_protocol;

    void open_tcp();
    void open_local();
    void serve(stream_socket peer);
    template <typename Acceptor>
    void accept(Acceptor& acceptor);

    boost::asio::io_context& io_;
    router& router_;
    tls_context* tls_;
    address where_;
    boost::asio::steady_timer pause_;
    std::variant<tcp::acceptor, local::acceptor> acceptor_;
};

}  // namespace wampfcgi::devrouter
