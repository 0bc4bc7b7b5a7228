// Owns connecting to a server: resolves its name, tries its addresses, asks a proxy for a tunnel to it, and performs
// the TLS handshake.
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
    std::string host{};                ///< name or address, IPv6 without brackets; empty for a Unix socket
    std::uint16_t port = 0;            ///< 0 for a Unix socket
    std::string socket_path{};         ///< empty: no Unix socket
    bool tls = false;                  ///< verifies certificate and host name
    std::optional<proxy_url> proxy{};  ///< resolves the name and connects; not for a Unix socket
};

/// How to dial a server.
struct dial_options {
    std::string peer;                           ///< its name in the log: "the router"
    std::chrono::milliseconds connect_timeout;  ///< shared out among several addresses
    std::chrono::seconds keepalive;             ///< a vanished peer is detected within this time
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
    ~dialer();
    dialer(const dialer&) = delete;
    dialer& operator=(const dialer&) = delete;

    /// Calls `done` once, from the event loop, unless stop() comes first. There is no overall time limit. With several
    /// addresses, each but the last has only its share of connect_timeout.
    void dial(const destination& where, std::function<void(outcome)> done);

    void stop();

private:
    using error_code = boost::system::error_code;
    struct tunnel;

    void resolve();
    void try_address(std::size_t index);
    void connected();
    void ask_proxy();
    void hear_proxy();
    void take_proxy_answer(std::size_t bytes);
    void go_on();
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
    std::unique_ptr<tunnel> tunnel_;
    std::optional<tls_stream> tls_;
};

}  // namespace wampfcgi::net
