// Owns getting a connected stream to a router: looking its name up, trying its addresses, TLS.
#pragma once

#include "wamp/transport/channel.hpp"
#include "wampfcgi/core/settings.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace wampfcgi::wamp {

/// Dials one router once.
class dialer : public std::enable_shared_from_this<dialer> {
public:
    struct failed {
        std::string reason;  ///< ready for the log
    };
    using outcome = std::variant<plain_stream, tls_stream, failed>;

    dialer(boost::asio::io_context& loop, const router_settings& router);

    /// Calls `done` once, from the event loop, unless stop() comes first. No time limit as a whole; of several
    /// addresses, each but the last has only its share of connect_timeout.
    void dial(const router_url& where, std::function<void(outcome)> done);

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
    const router_settings& router_;
    router_url where_;
    std::function<void(outcome)> done_;
    boost::asio::ip::tcp::resolver resolver_;
    boost::asio::steady_timer share_;
    std::vector<plain_stream::endpoint_type> addresses_;
    plain_stream socket_;
    std::optional<tls_stream> tls_;
};

}  // namespace wampfcgi::wamp
