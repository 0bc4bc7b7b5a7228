#include "rawsocket.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <cstring>
#include <utility>

namespace wampfcgi::devrouter {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr std::size_t head_bytes = 4;
constexpr std::size_t input_bytes = 32 << 10;
constexpr std::size_t kept_bytes = 1 << 20;      // a larger buffer is freed
constexpr std::size_t backlog_bytes = 64 << 20;  // of answers that the peer has not read; above this, stop reading

enum frame_type : unsigned char { message_frame = 0, ping_frame = 1, pong_frame = 2, unknown_frame = 3 };

void give_back(std::string& buffer)
{
    buffer.clear();
    if (buffer.capacity() > kept_bytes)
        buffer.shrink_to_fit();
}

}  // namespace

rawsocket::rawsocket(net::byte_stream peer, router& shared)
    : connection(shared, peer.get_executor(), peer.tls() ? "rss" : "rs"),
      stream_(std::move(peer))
{}

void rawsocket::start()
{
    watch_for_silence();
    secure(stream_, [self = self()](error_code trouble) { trouble ? self->drop() : self->read_handshake(); });
}

void rawsocket::read_handshake()
{
    asio::async_read(stream_, asio::buffer(handshake_), [self = self()](error_code trouble, std::size_t) {
        if (trouble)
            return self->drop();
        self->shake_hands();
        self->read_more();
    });
}

void rawsocket::shake_hands()
{
    const auto answer = answer_handshake(handshake_, router_.settings);
    if (!answer.reply)
        return drop();
    for (const auto byte : *answer.reply)
        queued_ += static_cast<char>(byte);
    if (!answer.accepted)
        return close();
    facts_.format = answer.format;
    peer_limit_bytes_ = answer.peer_limit_bytes;
    flush();
}

void rawsocket::read_more()
{
    if (reading_ || deaf_ || !stream_.socket().is_open() || queued_.size() + in_flight_.size() > backlog_bytes)
        return;
    make_room();
    reading_ = true;
    stream_.async_read_some(asio::buffer(input_.data() + input_end_, input_.size() - input_end_),
                            [self = self()](error_code trouble, std::size_t count) {
                                self->reading_ = false;
                                if (trouble)
                                    return self->drop();
                                self->heard();
                                self->input_end_ += count;
                                self->take_frames();
                                self->read_more();
                            });
}

/// Makes room for the rest of an incomplete frame, or for some frames.
void rawsocket::make_room()
{
    const std::size_t held = input_end_ - input_begin_;
    if (input_begin_ > 0) {
        std::memmove(input_.data(), input_.data() + input_begin_, held);
        input_begin_ = 0;
        input_end_ = held;
    }
    if (held == 0 && input_.size() > kept_bytes)
        std::vector<char>().swap(input_);
    input_.resize(std::max({input_.size(), awaited_bytes_, input_bytes}));
}

void rawsocket::take_frames()
{
    if (output_ == output::closing || output_ == output::ended)
        input_begin_ = input_end_ = awaited_bytes_ = 0;  // only waiting for the peer to close
    corked_ = true;
    while (!deaf_ && stream_.socket().is_open() && output_ != output::closing && take_frame()) {}
    corked_ = false;
    flush();
}

bool rawsocket::take_frame()
{
    const auto* head = reinterpret_cast<const unsigned char*>(input_.data() + input_begin_);
    const std::size_t held = input_end_ - input_begin_;
    if (held < head_bytes)
        return false;
    const std::size_t length = std::size_t{head[1]} << 16 | std::size_t{head[2]} << 8 | head[3];
    if (head[0] > pong_frame || length > router_.settings.max_message_bytes) {
        drop();
        return false;
    }
    awaited_bytes_ = head_bytes + length;
    if (held < awaited_bytes_)
        return false;
    const std::string_view payload(input_.data() + input_begin_ + head_bytes, length);
    input_begin_ += awaited_bytes_;
    awaited_bytes_ = 0;
    if (head[0] == message_frame)
        deliver(payload);
    else if (head[0] == ping_frame)
        take_ping(payload);
    else
        ++router_.counts.pongs;
    return true;
}

void rawsocket::take_ping(std::string_view payload)
{
    ++router_.counts.pings;
    const auto manners = router_.settings.ping_manners;
    if (manners == on_ping::drop)
        return drop();
    if (manners == on_ping::answer && output_ == output::open)
        queue_frame(pong_frame, payload);
}

void rawsocket::queue_head(unsigned char type, std::size_t length)
{
    for (const std::size_t byte : {std::size_t{type}, length >> 16, length >> 8, length})
        queued_ += static_cast<char>(byte & 0xff);
}

void rawsocket::queue_frame(unsigned char type, std::string_view payload)
{
    queue_head(type, payload.size());
    queued_ += payload;
    flush();
}

bool rawsocket::write(std::span<const std::string_view> parts)
{
    std::size_t length = 0;
    for (const auto part : parts)
        length += part.size();
    if (length > peer_limit_bytes_)
        return false;
    if (output_ != output::open)
        return true;
    queue_head(message_frame, length);
    for (const auto part : parts)
        queued_ += part;
    flush();
    return true;
}

void rawsocket::ping(std::string_view payload)
{
    if (output_ == output::open)
        queue_frame(ping_frame, payload);
}

void rawsocket::break_rules(wire_fault fault, std::string_view payload)
{
    if (output_ != output::open)
        return;
    switch (fault) {
    case wire_fault::half_frame:
        queue_head(message_frame, payload.size());
        queued_ += payload.substr(0, payload.size() / 2);
        return close();
    case wire_fault::endless_frame:
        queue_head(message_frame, longest_frame_bytes);
        queued_ += payload;
        output_ = output::silenced;
        break;
    case wire_fault::reserved_frame:
        return queue_frame(unknown_frame, payload);
    }
    flush();
}

void rawsocket::close()
{
    if (output_ == output::ended)
        return;
    output_ = output::closing;
    flush();
}

void rawsocket::drop()
{
    error_code ignored;
    timer_.cancel();
    stream_.socket().close(ignored);
}

void rawsocket::flush()
{
    if (corked_ || writing_ || !stream_.socket().is_open())
        return;
    if (queued_.empty())
        return output_ == output::closing ? end_output() : void();
    std::swap(queued_, in_flight_);
    writing_ = true;
    asio::async_write(stream_, asio::buffer(in_flight_), [self = self()](error_code trouble, std::size_t) {
        self->writing_ = false;
        give_back(self->in_flight_);
        if (trouble)
            return self->drop();
        self->flush();
        self->read_more();
    });
}

/// The peer sees the end after all written bytes. Closing with its bytes unread would reset the connection.
void rawsocket::end_output()
{
    output_ = output::ended;
    deaf_ = false;
    drop_soon();
    if (auto* tls = stream_.tls())
        tls->async_shutdown([self = self()](error_code) { self->linger(); });
    else
        linger();
}

void rawsocket::linger()
{
    error_code ignored;
    stream_.socket().shutdown(stream_socket::shutdown_send, ignored);
    read_more();
}

void serve_rawsocket(stream_socket peer, router& shared, tls_context* tls)
{
    std::make_shared<rawsocket>(make_stream(std::move(peer), tls), shared)->start();
}

}  // namespace wampfcgi::devrouter
