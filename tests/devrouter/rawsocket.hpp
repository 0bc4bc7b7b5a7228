#pragma once
// RawSocket (WAMP specification, "RawSocket Transport"): handshake, frames, PING, and a queue that combines writes.

#include "connection.hpp"
#include "rawsocket_handshake.hpp"
#include "tls.hpp"

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wampfcgi::devrouter {

/// Serves one peer; over TLS if `tls` is not null.
void serve_rawsocket(stream_socket peer, router& shared, tls_context* tls);

/// Its only user is serve_rawsocket().
class rawsocket final : public connection {
public:
    rawsocket(net::byte_stream peer, router& shared);

    void start();

    void ping(std::string_view payload) override;
    void close() override;
    void drop() override;

private:
    enum class output { open, silenced, closing, ended };

    bool write(std::span<const std::string_view> parts) override;
    void break_rules(wire_fault fault, std::string_view payload) override;
    void resume_reading() override
    {
        take_frames();
        read_more();
    }

    void read_handshake();
    void shake_hands();
    /// Handles all complete frames, then sends the answers together.
    void take_frames();
    bool take_frame();
    void take_ping(std::string_view payload);
    void read_more();
    void make_room();
    void queue_head(unsigned char type, std::size_t length);
    void queue_frame(unsigned char type, std::string_view payload);
    void flush();
    void end_output();
    void linger();
    auto self() { return std::static_pointer_cast<rawsocket>(shared_from_this()); }

    net::byte_stream stream_;
    std::size_t peer_limit_bytes_ = 0;

    handshake_bytes handshake_{};
    std::vector<char> input_;
    std::size_t input_begin_ = 0;
    std::size_t input_end_ = 0;
    std::size_t awaited_bytes_ = 0;  // of an incomplete frame
    bool reading_ = false;

    std::string queued_;
    std::string in_flight_;
    output output_ = output::open;
    bool corked_ = false;
    bool writing_ = false;
};

}  // namespace wampfcgi::devrouter
