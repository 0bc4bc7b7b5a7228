// Owns one transport connection to a router: connecting, the RawSocket handshake, reading frames, the queue of frames
// to write. What the messages mean is the connection's business.
#pragma once

#include "wamp/rawsocket.hpp"
#include "wampfcgi/core/settings.hpp"

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace wampfcgi::wamp {

/// Handlers are called from the event loop, never from within a call of a member function; none after close().
class link : public std::enable_shared_from_this<link> {
public:
    struct handlers {
        std::function<void()> up;
        std::function<void(std::string_view)> message;  ///< the view is valid during the call
        std::function<void(std::string)> down;          ///< once; the reason is ready for the log
    };

    link(boost::asio::io_context& loop, handlers tell);

    /// Connects to `where`; ends in up() or down(). No time limit: close() ends it too.
    void connect(const router_url& where);

    enum class send_result { queued, too_large, queue_full };

    /// Queues a message; what is queued during one turn of the event loop is written at once.
    /// too_large: more than the router takes in one message; queue_full: the router does not read.
    send_result send(std::string message);

    /// Writes what it can of the queue without waiting, and closes.
    void close();

private:
    using socket = boost::asio::generic::stream_protocol::socket;
    using error_code = boost::system::error_code;

    void resolve(const router_url& where);
    void try_addresses(std::vector<socket::endpoint_type> addresses, std::size_t index, error_code last_error);
    void shake_hands();
    void read_reply();
    void read();
    void watch_partial_frame();
    bool handle_frames();
    void answer_ping(std::string_view payload);
    void enqueue(rawsocket::frame_type type, std::string payload);
    void schedule_write();
    void write();
    void fail(std::string reason);
    void fail(std::string_view during, error_code error);

    boost::asio::io_context& loop_;
    handlers tell_;
    socket socket_;
    boost::asio::ip::tcp::resolver resolver_;
    std::array<char, 4> handshake_{};
    rawsocket::frame_reader reader_;
    boost::asio::steady_timer stall_timer_;  // ends a frame that stopped half-way
    std::size_t peer_max_bytes_ = 0;
    std::deque<std::string> queue_;  // frames, header and payload; small ones share a string
    std::size_t queued_bytes_ = 0;
    std::size_t writing_ = 0;  // strings at the front of the queue that are being written
    bool write_scheduled_ = false;
    bool closed_ = false;
};

}  // namespace wampfcgi::wamp
