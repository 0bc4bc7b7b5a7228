#include "rawsocket.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

namespace wampfcgi::devrouter {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr unsigned char magic = 0x7f;
constexpr unsigned char messagepack = 2;
constexpr std::size_t head_bytes = 4;
constexpr std::size_t longest_frame_bytes = 0xffffff;  // what three bytes can say
constexpr std::size_t input_bytes = 32 << 10;
constexpr std::size_t kept_bytes = 1 << 20;      // a buffer that grew beyond this is given back
constexpr std::size_t backlog_bytes = 64 << 20;  // of answers that the peer does not read: then we do not read either
constexpr std::chrono::seconds linger{2};

enum frame_type : unsigned char { message_frame = 0, ping_frame = 1, pong_frame = 2, reserved_frame = 3 };
enum handshake_error : unsigned char { serializer_unsupported = 1, reserved_bits_used = 3 };

void give_back(std::string& buffer)
{
    buffer.clear();
    if (buffer.capacity() > kept_bytes)
        buffer.shrink_to_fit();
}

}  // namespace

rawsocket::rawsocket(socket peer, router& shared)
    : socket_(std::move(peer)),
      router_(shared),
      session_(shared, *this, ++shared.counts.connections),
      timer_(socket_.get_executor())
{
    ++router_.counts.open_connections;
}

rawsocket::~rawsocket()
{
    --router_.counts.open_connections;
}

void rawsocket::start()
{
    asio::async_read(socket_, asio::buffer(handshake_), [self = shared_from_this()](error_code trouble, std::size_t) {
        if (trouble || self->handshake_[0] != magic)
            return self->drop();
        self->shake_hands();
        self->read_more();
    });
}

void rawsocket::shake_hands()
{
    const auto refuse = [this](handshake_error why) {
        answer_handshake(static_cast<unsigned char>(why << 4), 0, 0);
        close();
    };
    if (handshake_[2] != 0 || handshake_[3] != 0)
        return refuse(reserved_bits_used);
    if ((handshake_[1] & 0x0f) != messagepack)
        return refuse(serializer_unsupported);
    peer_limit_bytes_ = std::min(std::size_t{512} << (handshake_[1] >> 4), longest_frame_bytes);
    const int length = std::countr_zero(router_.settings.max_message_bytes) - 9;
    answer_handshake(static_cast<unsigned char>(length << 4 | messagepack), 0, 0);
}

void rawsocket::answer_handshake(unsigned char second, unsigned char third, unsigned char fourth)
{
    for (const auto byte : {magic, second, third, fourth})
        queued_ += static_cast<char>(byte);
    flush();
}

void rawsocket::read_more()
{
    if (reading_ || deaf_ || !socket_.is_open() || queued_.size() + in_flight_.size() > backlog_bytes)
        return;
    make_room();
    reading_ = true;
    socket_.async_read_some(asio::buffer(input_.data() + input_end_, input_.size() - input_end_),
                            [self = shared_from_this()](error_code trouble, std::size_t count) {
                                self->reading_ = false;
                                if (trouble)
                                    return self->drop();
                                self->input_end_ += count;
                                self->take_frames();
                                self->read_more();
                            });
}

/// Leaves room for the rest of the frame that has begun, or for some frames.
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
        input_begin_ = input_end_ = awaited_bytes_ = 0;  // only waiting for the peer's end
    corked_ = true;
    while (!deaf_ && socket_.is_open() && output_ != output::closing && take_frame()) {}
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
    if (head[0] == message_frame) {
        session_.receive(payload);
    } else if (head[0] == ping_frame && output_ == output::open) {
        ++router_.counts.pings;
        queue_head(pong_frame, length);
        queued_ += payload;
    }
    return true;
}

void rawsocket::queue_head(unsigned char type, std::size_t length)
{
    for (const std::size_t byte : {std::size_t{type}, length >> 16, length >> 8, length})
        queued_ += static_cast<char>(byte & 0xff);
}

void rawsocket::send(std::span<const std::string_view> parts)
{
    if (output_ != output::open)
        return;
    std::size_t length = 0;
    for (const auto part : parts)
        length += part.size();
    queue_head(message_frame, length);
    for (const auto part : parts)
        queued_ += part;
    if (!corked_)
        flush();
}

void rawsocket::misbehave(wire_fault fault, std::string_view payload)
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
        queue_head(reserved_frame, payload.size());
        queued_ += payload;
        break;
    }
    if (!corked_)
        flush();
}

void rawsocket::close()
{
    if (output_ == output::ended)
        return;
    output_ = output::closing;
    if (!corked_)
        flush();
}

void rawsocket::drop()
{
    error_code ignored;
    timer_.cancel();
    socket_.close(ignored);
}

void rawsocket::flush()
{
    if (writing_ || !socket_.is_open())
        return;
    if (queued_.empty())
        return output_ == output::closing ? end_output() : void();
    std::swap(queued_, in_flight_);
    writing_ = true;
    asio::async_write(socket_, asio::buffer(in_flight_), [self = shared_from_this()](error_code trouble, std::size_t) {
        self->writing_ = false;
        give_back(self->in_flight_);
        if (trouble)
            return self->drop();
        self->flush();
        self->read_more();
    });
}

/// The peer sees the end after everything that was written; to close with its bytes unread would reset the connection.
void rawsocket::end_output()
{
    output_ = output::ended;
    deaf_ = false;
    error_code ignored;
    socket_.shutdown(socket::shutdown_send, ignored);
    timer_.expires_after(linger);
    timer_.async_wait([self = shared_from_this()](error_code trouble) {
        if (!trouble)
            self->drop();
    });
    read_more();
}

void rawsocket::stop_reading_for(std::chrono::steady_clock::duration time)
{
    deaf_ = true;
    timer_.expires_after(time);
    timer_.async_wait([self = shared_from_this()](error_code trouble) {
        if (trouble)
            return;
        self->deaf_ = false;
        self->take_frames();
        self->read_more();
    });
}

}  // namespace wampfcgi::devrouter
