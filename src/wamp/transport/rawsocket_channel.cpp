#include "wamp/transport/channel.hpp"

#include "wamp/transport/frame_buffers.hpp"
#include "wamp/transport/frame_queue.hpp"
#include "wamp/transport/keepalive.hpp"
#include "wamp/transport/rawsocket.hpp"
#include "wamp/transport/rawsocket_handshake.hpp"
#include "wamp/transport/stall_watch.hpp"
#include "wampfcgi/core/event_registration.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>

#include <sys/epoll.h>

namespace wampfcgi::wamp {
namespace {

namespace asio = boost::asio;
using error_code = boost::system::error_code;
using clock = std::chrono::steady_clock;
using rawsocket::buffer_of;
using rawsocket::frame_buffers;

template <class Stream>
class rawsocket_channel final : public channel, public std::enable_shared_from_this<rawsocket_channel<Stream>> {
public:
    rawsocket_channel(Stream stream, channel_options options)
        : stream_(std::move(stream)),
          options_(std::move(options)),
          serializer_(options_.serializer == serializer_kind::json ? rawsocket::json_serializer
                                                                   : rawsocket::msgpack_serializer),
          stall_(stream_.get_executor()),
          keepalive_timer_(stream_.get_executor()),
          pings_(options_.keepalive, *options_.habit)
    {}

    void start() override
    {
        rawsocket::async_handshake(stream_, serializer_, [self = this->shared_from_this()](const auto& outcome) {
            if (!self->closed_)
                self->take_outcome(outcome);
        });
    }

    send_result send(std::string&& message, write_time when) override
    {
        const send_result taken = room_for(message.size());
        if (taken == send_result::queued) {
            queue_.add(rawsocket::frame_type::message, std::move(message));
            write_at(when);
        }
        return taken;
    }

    send_result send(std::string&& head, payload&& arguments, write_time when) override
    {
        const send_result taken = room_for(head.size() + arguments.bytes());
        if (taken == send_result::queued) {
            queue_.add(head, std::move(arguments));
            write_at(when);
        }
        return taken;
    }

    void stalled()
    {
        if (!closed_)
            fail(stall_watch::reason);
    }

    clock::time_point last_heard() const override { return pings_.last_heard(); }

    std::size_t longest_message() const override { return peer_max_bytes_; }

    void close() override
    {
        if (std::exchange(closed_, true))
            return;
        error_code ignored;
        registration_.reset();
        stall_.cancel();
        keepalive_timer_.cancel();
        if (queue_.being_written() == 0)
            write_without_waiting();
        stream_.lowest_layer().shutdown(plain_stream::shutdown_both, ignored);
        stream_.lowest_layer().close(ignored);
    }

private:
    static constexpr bool is_plain = std::is_same_v<Stream, plain_stream>;

    void take_outcome(const rawsocket::handshake_outcome& outcome)
    {
        if (const auto* refusal = std::get_if<std::string>(&outcome))
            return fail(*refusal);
        peer_max_bytes_ = std::get<std::size_t>(outcome);
        error_code ignored;
        stream_.lowest_layer().non_blocking(true, ignored);
        pings_.heard(clock::now());
        watch_peer();
        stay_registered();
        read();
        options_.up();
    }

    // Asio reads once more before it waits, which nearly always finds nothing. So a plain stream only waits by Asio,
    // and stays registered for it; TLS buffers what it reads.
    void read()
    {
        if constexpr (is_plain)
            return stream_.async_wait(plain_stream::wait_read, [self = this->shared_from_this()](error_code error) {
                if (self->closed_)
                    return;
                std::size_t bytes = 0;
                if (!error) {
                    const auto [space, size] = self->reader_.prepare();
                    bytes = self->stream_.read_some(asio::buffer(space, size), error);
                }
                if (error == asio::error::would_block)
                    return self->read();
                self->take_read(error, bytes);
            });
        const auto [space, size] = reader_.prepare();
        stream_.async_read_some(asio::buffer(space, size),
                                [self = this->shared_from_this()](error_code error, std::size_t bytes) {
                                    if (!self->closed_)
                                        self->take_read(error, bytes);
                                });
    }

    void take_read(error_code error, std::size_t bytes)
    {
        if (error)
            return lost(error);
        pings_.heard(clock::now());
        reader_.commit(bytes);
        const std::uint64_t before = frames_;
        if (!handle_frames())
            return;
        stall_.heard(bytes, frames_ != before, reader_.partial(), *this);
        read();
    }

    // A read is always waited for from now on; while a write is waited for as well, Asio has to register the stream.
    void stay_registered()
    {
        if constexpr (is_plain)
            registration_.emplace(stream_.native_handle(), EPOLLIN);
    }

    void let_asio_register()
    {
        if (registration_)
            registration_->restore();
        registration_.reset();
    }

    void lost(error_code error)
    {
        pings_.lost();
        if (error == asio::error::eof || error == asio::ssl::error::stream_truncated)
            return fail("the router closed the connection");
        fail("reading", error);
    }

    bool handle_frames()
    {
        while (const auto frame = reader_.next()) {
            ++frames_;
            if (frame->type == rawsocket::frame_type::message)
                options_.message(frame->payload, [this] { return reader_.take_memory(); });
            if (frame->type == rawsocket::frame_type::ping)
                answer_ping(frame->payload);
            if (frame->type == rawsocket::frame_type::pong)
                pings_.answered();
            if (closed_)
                return false;
        }
        if (!reader_.broken())
            return true;
        fail("the router sent a malformed frame");
        return false;
    }

    void watch_peer()
    {
        keepalive_timer_.expires_after(pings_.interval());
        keepalive_timer_.async_wait([weak = this->weak_from_this()](error_code cancelled) {
            const auto self = weak.lock();
            if (cancelled || !self || self->closed_)
                return;
            switch (self->pings_.tick(clock::now(), self->options_.may_probe())) {
            case keepalive::verdict::ping:
                self->queue_.add(rawsocket::frame_type::ping, "wamp-fcgi");
                self->schedule_write();
                break;
            case keepalive::verdict::dead:
                return self->fail("the router does not answer a PING");
            case keepalive::verdict::wait:
                break;
            }
            self->watch_peer();
        });
    }

    void answer_ping(std::string_view payload)
    {
        // A router that sends PINGs without reading must not fill our memory.
        if (queue_.bytes() + payload.size() > options_.max_queued_bytes)
            return;
        queue_.add(rawsocket::frame_type::pong, std::string(payload));
        schedule_write();
    }

    send_result room_for(std::size_t message_bytes) const
    {
        if (message_bytes > peer_max_bytes_)
            return send_result::too_large;
        if (queue_.bytes() + message_bytes > options_.max_queued_bytes)
            return send_result::queue_full;
        return send_result::queued;
    }

    void write_at(write_time when)
    {
        if (when == write_time::now && queue_.being_written() == 0)
            write();
        else
            schedule_write();
    }

    // Not at once: more calls may follow in this turn of the event loop, and one write then sends them all.
    void schedule_write()
    {
        if (queue_.being_written() != 0 || std::exchange(write_scheduled_, true))
            return;
        asio::post(stream_.get_executor(), [self = this->shared_from_this()] {
            self->write_scheduled_ = false;
            if (!self->closed_)
                self->write();
        });
    }

    void write()
    {
        while (!queue_.is_empty()) {
            // Usually one piece, all of which is written without waiting.
            const bool is_one = queue_.begin_write() == 1;
            if (is_one ? !write_all(buffer_of(queue_.piece(0))) : !write_all(frame_buffers(queue_)))
                return;
        }
    }

    /// Returns false when it has to wait, and goes on later.
    template <class Buffers>
    bool write_all(const Buffers& buffers)
    {
        const std::size_t all = asio::buffer_size(buffers);
        // Writing at once saves a turn of the event loop. TLS may have to read before it can write.
        const std::size_t taken = is_plain ? write_now(buffers) : 0;
        if (taken < all)
            write_later(frame_buffers(queue_), taken);
        else
            queue_.end_write();
        return taken == all;
    }

    void write_later(frame_buffers buffers, std::size_t taken)
    {
        buffers.skip(taken);
        const auto done = [self = this->shared_from_this()](error_code error, std::size_t) {
            if (self->closed_)
                return;
            if (error)
                return self->fail("writing", error);
            self->queue_.end_write();
            self->stay_registered();
            self->write();
        };
        let_asio_register();
        asio::async_write(stream_, buffers, done);
    }

    void write_without_waiting()
    {
        for (std::size_t i = 0; i < queue_.pieces(); ++i)
            if (const auto piece = queue_.piece(i); write_now(buffer_of(piece)) != piece.size())
                return;
    }

    // Writes what the stream accepts without waiting. An error will show at the next operation.
    template <class Buffers>
    std::size_t write_now(const Buffers& buffers)
    {
        error_code error;
        return stream_.write_some(buffers, error);
    }

    void fail(std::string reason)
    {
        close();
        options_.down(std::move(reason));
    }

    void fail(std::string_view during, error_code error) { fail(std::string(during) + ": " + error.message()); }

    Stream stream_;
    channel_options options_;
    std::uint8_t serializer_;
    rawsocket::frame_reader reader_;
    std::uint64_t frames_ = 0;  // received so far
    stall_watch stall_;
    asio::steady_timer keepalive_timer_;
    keepalive pings_;
    std::size_t peer_max_bytes_ = 0;
    rawsocket::frame_queue queue_{options_.queued_bytes};
    bool write_scheduled_ = false;
    std::optional<event_registration> registration_;  // unless Asio registers the stream
    bool closed_ = false;
};

}  // namespace

std::shared_ptr<channel> make_rawsocket_channel(plain_stream stream, channel_options options)
{
    return std::make_shared<rawsocket_channel<plain_stream>>(std::move(stream), std::move(options));
}

std::shared_ptr<channel> make_rawsocket_channel(tls_stream stream, channel_options options)
{
    return std::make_shared<rawsocket_channel<tls_stream>>(std::move(stream), std::move(options));
}

}  // namespace wampfcgi::wamp
