// Owns getting a connected stream to a server: looking its name up, trying its addresses, TLS.
#pragma once

#include "wampfcgi/core/settings.hpp"
#include "wampfcgi/net/stream.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace wampfcgi::net {

/// Where a server listens.
struct destination {
    std::string host{};         ///< name or address, IPv6 without brackets; empty for a Unix socket
    std::uint16_t port = 0;     ///< 0 for a Unix socket
    std::string socket_path{};  ///< of a Unix socket; empty: none
    bool tls = false;           ///< certificate and host name are verified
};

/// How a server is dialled.
struct dial_options {
    std::string peer;                           ///< what the log calls it: "the router"
    std::chrono::milliseconds connect_timeout;  ///< of which each of several addresses has its share
    std::chrono::seconds keepalive;             ///< within which a peer that has vanished is found out
    const tls_settings& tls;                    ///< must outlive the dialler
};

/// Dials one server once.
class dialer : public std::enable_shared_from_this<dialer> {
public:
    struct failed {
        std::string reason;  ///< ready for the log
    };
    using outcome = std::variant<plain_stream, tls_stream, failed>;

    dialer(boost::asio::io_context& loop, dial_options how);

    /// Calls `done` once, from the event loop, unless stop() comes first. No time limit as a whole; of several
    /// addresses, each but the last has only its share of connect_timeout.
    void dial(const destination& where, std::function<void(outcome)> done);

    void stop();

private:
    using error_code = boost::system::error_code;

    void resolve();
    void try_address(std::size_t index);
    void connected();
    void shake_hands_tls();
    void fail(std::string_view during, const error_code& error);
    void finish(outcome how);

    boost::asio::io_context& loop_;
    dial_options how_;
    destination where_;
    std::function<void(outcome)> done_;
    boost::asio::ip::tcp::resolver resolver_;
    boost::asio::steady_timer share_;
    std::vector<plain_stream::endpoint_type> addresses_;
    plain_stream socket_;
    std::optional<tls_stream> tls_;
};

}  // namespace wampfcgi::net
