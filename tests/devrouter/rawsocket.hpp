#pragma once
// RawSocket (WAMP specification, "RawSocket Transport"): handshake, frames, PING, and a queue of writes that gathers.

#include "router.hpp"
#include "session.hpp"
#include "transport.hpp"

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wampfcgi::devrouter {

class rawsocket : public transport, public std::enable_shared_from_this<rawsocket> {
public:
    using socket = boost::asio::generic::stream_protocol::socket;

    /// The router outlives it. It keeps itself alive while the connection is open.
    rawsocket(socket peer, router& shared);
    ~rawsocket() override;
    rawsocket(const rawsocket&) = delete;
    rawsocket& operator=(const rawsocket&) = delete;

    void start();

    void send(std::span<const std::string_view> parts) override;
    void misbehave(wire_fault fault, std::string_view payload) override;
    void close() override;
    void drop() override;
    void stop_reading_for(std::chrono::steady_clock::duration time) override;
    std::size_t peer_limit_bytes() const override { return peer_limit_bytes_; }
    boost::asio::any_io_executor executor() override { return socket_.get_executor(); }

private:
    enum class output { open, silenced, closing, ended };

    void shake_hands();
    void answer_handshake(unsigned char second, unsigned char third, unsigned char fourth);
    /// Handles every whole frame that has arrived, then sends the answers together.
    void take_frames();
    bool take_frame();
    void read_more();
    void make_room();
    void queue_head(unsigned char type, std::size_t length);
    void flush();
    void end_output();

    socket socket_;
    router& router_;
    session session_;
    boost::asio::steady_timer timer_;  // of deafness, then of the lingering close
    std::size_t peer_limit_bytes_ = 0;

    std::array<unsigned char, 4> handshake_{};
    std::vector<char> input_;
    std::size_t input_begin_ = 0;
    std::size_t input_end_ = 0;
    std::size_t awaited_bytes_ = 0;  // of the frame that has begun to arrive
    bool reading_ = false;
    bool deaf_ = false;

    std::string queued_;
    std::string in_flight_;
    output output_ = output::open;
    bool corked_ = false;
    bool writing_ = false;
};

}  // namespace wampfcgi::devrouter
