#pragma once
// Listening sockets: opens one for an address as the command line gives it, and accepts for ever.

#include "router.hpp"

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>

#include <string>
#include <variant>

namespace wampfcgi::devrouter {

class listener {
public:
    /// Listens on HOST:PORT, [HOST]:PORT or unix:/PATH. Throws std::invalid_argument for what is none of these,
    /// boost::system::system_error where it cannot.
    listener(boost::asio::io_context& io, router& shared, const std::string& address);
    /// Removes the Unix socket that it made.
    ~listener();
    listener(const listener&) = delete;
    listener& operator=(const listener&) = delete;

    void start();
    /// As a client's configuration names it: rs://127.0.0.1:8081, unix:/PATH.
    std::string url() const;

private:
    using tcp = boost::asio::ip::tcp;
    using local = boost::asio::local::stream_protocol;

    void open_tcp(const std::string& address);
    void open_local(const std::string& path);
    template <typename Acceptor>
    void accept(Acceptor& acceptor);

    boost::asio::io_context& io_;
    router& router_;
    boost::asio::steady_timer pause_;
    std::variant<tcp::acceptor, local::acceptor> acceptor_;
    std::string path_;
};

}  // namespace wampfcgi::devrouter
