#include "wamp/link.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <string>
#include <utility>
#include <vector>

namespace wampfcgi::wamp {
namespace {

namespace asio = boost::asio;

constexpr std::size_t shared_string_bytes = 64 * 1024;      // small frames are written from one string up to this
constexpr std::size_t max_queued_bytes = 64 * 1024 * 1024;  // four of the largest messages
constexpr std::chrono::seconds stall_limit{5};              // between two pieces of one frame
constexpr std::size_t max_strings_a_write = 16;

void set_option(int fd, int level, int option, int value)
{
    ::setsockopt(fd, level, option, &value, sizeof value);  // fails on a Unix socket, where none has a meaning
}

}  // namespace

link::link(asio::io_context& loop, handlers tell)
    : loop_(loop),
      tell_(std::move(tell)),
      socket_(loop),
      resolver_(loop),
      stall_timer_(loop)
{}

void link::connect(const router_url& where)
{
    if (where.transport == router_url::transport_kind::rawsocket_unix) {
        if (where.path.size() >= sizeof(sockaddr_un::sun_path))
            return try_addresses({}, 0, asio::error::name_too_long);
        return try_addresses({asio::local::stream_protocol::endpoint(where.path)}, 0, {});
    }
    // An address needs no resolver, which would start a thread.
    error_code not_an_address;
    const auto address = asio::ip::make_address(where.host, not_an_address);
    if (!not_an_address)
        return try_addresses({asio::ip::tcp::endpoint(address, where.port)}, 0, {});
    resolve(where);
}

void link::resolve(const router_url& where)
{
    resolver_.async_resolve(where.host, std::to_string(where.port),
                            [self = shared_from_this()](error_code error, const auto& found) {
                                if (self->closed_)
                                    return;
                                if (error)
                                    return self->fail("looking up the host name", error);
                                std::vector<socket::endpoint_type> addresses;
                                for (const auto& each : found)
                                    addresses.emplace_back(each.endpoint());
                                self->try_addresses(std::move(addresses), 0, {});
                            });
}

void link::try_addresses(std::vector<socket::endpoint_type> addresses, std::size_t index, error_code last_error)
{
    if (index == addresses.size()) {
        asio::post(loop_, [self = shared_from_this(), last_error] {
            if (!self->closed_)
                self->fail("connecting", last_error);
        });
        return;
    }
    error_code ignored;
    socket_.close(ignored);
    const socket::endpoint_type address = addresses[index];
    auto connected = [self = shared_from_this(), addresses = std::move(addresses), index](error_code error) mutable {
        if (self->closed_)
            return;
        if (error)
            return self->try_addresses(std::move(addresses), index + 1, error);
        self->shake_hands();
    };
    socket_.async_connect(address, std::move(connected));
}

void link::shake_hands()
{
    const int fd = socket_.native_handle();
    set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    // A router that has vanished is noticed within a minute, idle or not; a RawSocket PING would end some routers'
    // connections.
    set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
    set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, 30);
    set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, 10);
    set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, 3);
    set_option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, 60'000);
    handshake_ = rawsocket::handshake_request(rawsocket::msgpack_serializer);
    asio::async_write(socket_, asio::buffer(handshake_), [self = shared_from_this()](error_code error, std::size_t) {
        if (self->closed_)
            return;
        if (error)
            return self->fail("sending the handshake", error);
        self->read_reply();
    });
}

void link::read_reply()
{
    asio::async_read(socket_, asio::buffer(handshake_), [self = shared_from_this()](error_code error, std::size_t) {
        if (self->closed_)
            return;
        // Some routers answer a serializer that they do not support by closing.
        if (error == asio::error::eof)
            return self->fail("the router closed the connection during the handshake; does it support RawSocket with "
                              "MessagePack here?");
        if (error)
            return self->fail("reading the handshake", error);
        const auto reply = rawsocket::read_handshake_reply(self->handshake_, rawsocket::msgpack_serializer);
        if (const auto* refusal = std::get_if<std::string>(&reply))
            return self->fail(*refusal);
        self->peer_max_bytes_ = std::get<std::size_t>(reply);
        self->read();
        self->tell_.up();
    });
}

void link::read()
{
    const auto [space, size] = reader_.prepare();
    socket_.async_read_some(asio::buffer(space, size),
                            [self = shared_from_this()](error_code error, std::size_t bytes) {
                                if (self->closed_)
                                    return;
                                if (error == asio::error::eof)
                                    return self->fail("the router closed the connection");
                                if (error)
                                    return self->fail("reading", error);
                                self->reader_.commit(bytes);
                                if (!self->handle_frames())
                                    return;
                                self->watch_partial_frame();
                                self->read();
                            });
}

// The end of a frame that never comes would swallow every answer behind it.
void link::watch_partial_frame()
{
    if (!reader_.partial()) {
        stall_timer_.cancel();
        return;
    }
    stall_timer_.expires_after(stall_limit);
    stall_timer_.async_wait([weak = weak_from_this()](error_code error) {
        const auto self = weak.lock();
        if (!error && self && !self->closed_)
            self->fail("the router stopped in the middle of a message");
    });
}

bool link::handle_frames()
{
    while (const auto frame = reader_.next()) {
        if (frame->type == rawsocket::frame_type::message)
            tell_.message(frame->payload);
        if (frame->type == rawsocket::frame_type::ping)
            answer_ping(frame->payload);
        if (closed_)
            return false;
    }
    if (!reader_.broken())
        return true;
    fail("the router sent a malformed frame");
    return false;
}

void link::answer_ping(std::string_view payload)
{
    // A router that pings without reading must not fill our memory.
    if (queued_bytes_ + payload.size() <= max_queued_bytes)
        enqueue(rawsocket::frame_type::pong, std::string(payload));
}

link::send_result link::send(std::string message)
{
    if (message.size() > peer_max_bytes_)
        return send_result::too_large;
    if (queued_bytes_ + message.size() > max_queued_bytes)
        return send_result::queue_full;
    enqueue(rawsocket::frame_type::message, std::move(message));
    return send_result::queued;
}

void link::enqueue(rawsocket::frame_type type, std::string payload)
{
    const auto header = rawsocket::frame_header(type, payload.size());
    queued_bytes_ += header.size() + payload.size();
    const bool may_share = queue_.size() > writing_ && queue_.back().size() < shared_string_bytes;
    if (!may_share)
        queue_.emplace_back();
    queue_.back().append(header.data(), header.size());
    if (payload.size() < shared_string_bytes)
        queue_.back() += payload;
    else
        queue_.push_back(std::move(payload));
    schedule_write();
}

// Not at once: further calls may follow in this turn of the event loop, and one write then takes them all.
void link::schedule_write()
{
    if (write_scheduled_ || writing_ != 0)
        return;
    write_scheduled_ = true;
    asio::post(loop_, [self = shared_from_this()] {
        self->write_scheduled_ = false;
        if (!self->closed_)
            self->write();
    });
}

void link::write()
{
    std::vector<asio::const_buffer> buffers;
    for (; writing_ < queue_.size() && writing_ < max_strings_a_write; ++writing_)
        buffers.emplace_back(asio::buffer(queue_[writing_]));
    asio::async_write(socket_, buffers, [self = shared_from_this()](error_code error, std::size_t bytes) {
        if (self->closed_)
            return;
        if (error)
            return self->fail("writing", error);
        self->queued_bytes_ -= bytes;
        self->queue_.erase(self->queue_.begin(), self->queue_.begin() + static_cast<std::ptrdiff_t>(self->writing_));
        self->writing_ = 0;
        if (!self->queue_.empty())
            self->write();
    });
}

void link::close()
{
    if (closed_)
        return;
    closed_ = true;
    error_code ignored;
    resolver_.cancel();
    stall_timer_.cancel();
    if (writing_ == 0 && socket_.is_open()) {
        socket_.non_blocking(true, ignored);
        for (const std::string& frames : queue_)
            if (socket_.write_some(asio::buffer(frames), ignored) != frames.size())
                break;
    }
    socket_.shutdown(socket::shutdown_both, ignored);
    socket_.close(ignored);
}

void link::fail(std::string reason)
{
    close();
    tell_.down(std::move(reason));
}

void link::fail(std::string_view during, error_code error)
{
    fail(std::string(during) + ": " + error.message());
}

}  // namespace wampfcgi::wamp
