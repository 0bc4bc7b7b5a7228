#include "wamp/transport/channel.hpp"

#include "wamp/transport/queue_size.hpp"
#include "wamp/transport/stall_watch.hpp"
#include "wampfcgi/core/text/authority.hpp"
#include "wampfcgi/log/log.hpp"
#include "wampfcgi/net/byte_stream.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/bind_handler.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/field.hpp>
#include <boost/beast/websocket.hpp>

#include <array>
#include <deque>
#include <utility>

namespace wampfcgi::wamp {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;
using error_code = boost::system::error_code;
using clock = std::chrono::steady_clock;

constexpr std::size_t max_message_bytes = 16 * 1024 * 1024;  // in both directions, as with RawSocket
constexpr std::size_t kept_bytes = 1024 * 1024;              // a larger buffer goes with its message

/// The Host header's value (RFC 9110, 7.2): with the port unless it is the scheme's default.
std::string host_header(const router_url& where)
{
    const bool is_tls = where.transport == router_url::transport_kind::websocket_tls;
    std::string host = bracketed(where.host);
    if (where.port != (is_tls ? 443 : 80))
        host += ":" + std::to_string(where.port);
    return host;
}

/// Closes the connection at once after a close frame or a malformed frame. Beast would wait, without a limit, for the
/// router to close it.
class hasty_stream : public net::byte_stream {
    using byte_stream::byte_stream;
};

void teardown(beast::role_type, hasty_stream& stream, error_code& error)
{
    stream.socket().close(error);
    error = {};
}

template <class Handler>
void async_teardown(beast::role_type role, hasty_stream& stream, Handler&& done)
{
    error_code error;
    teardown(role, stream, error);
    asio::post(stream.get_executor(), beast::bind_front_handler(std::forward<Handler>(done), error));
}

struct queued_message {
    std::string head;
    payload arguments;  // behind the head; empty: the head is all
};

class websocket_channel final : public channel, public std::enable_shared_from_this<websocket_channel> {
public:
    websocket_channel(hasty_stream stream, const router_url& where, channel_options options)
        : stream_(std::move(stream)),
          stall_(stream_.get_executor()),
          host_(host_header(where)),
          target_(where.path),
          subprotocol_(options.serializer == serializer_kind::json ? "wamp.2.json" : "wamp.2.msgpack"),
          options_(std::move(options))
    {}

    void start() override
    {
        websocket::stream_base::timeout limits{};
        limits.handshake_timeout = websocket::stream_base::none();
        limits.idle_timeout = options_.keepalive;  // a ping is sent after half of it
        limits.keep_alive_pings = true;
        stream_.set_option(limits);
        stream_.set_option(websocket::stream_base::decorator([this](websocket::request_type& upgrade) {
            upgrade.set(beast::http::field::sec_websocket_protocol, subprotocol_);
            upgrade.set(beast::http::field::user_agent, "wamp-fcgi");
        }));
        stream_.control_callback([this](websocket::frame_type, beast::string_view) { last_heard_ = clock::now(); });
        stream_.read_message_max(max_message_bytes);
        stream_.binary(options_.serializer == serializer_kind::msgpack);
        stream_.async_handshake(reply_, host_, target_, [self = shared_from_this()](error_code error) {
            if (!self->closed_)
                self->end_handshake(error);
        });
    }

    // One frame a message, so that nothing is gained by waiting for others.
    send_result send(std::string&& message, write_time when) override { return send(std::move(message), {}, when); }

    send_result send(std::string&& head, payload&& arguments, write_time /*when*/) override
    {
        const std::size_t bytes = head.size() + arguments.bytes();
        if (bytes > max_message_bytes)
            return send_result::too_large;
        if (queued_bytes_.bytes() + bytes > options_.max_queued_bytes)
            return send_result::queue_full;
        queued_bytes_.add(bytes);
        queue_.push_back({std::move(head), std::move(arguments)});
        if (queue_.size() == 1)
            write();
        return send_result::queued;
    }

    void stalled()
    {
        if (!closed_)
            fail(stall_watch::reason);
    }

    clock::time_point last_heard() const override { return last_heard_; }

    std::size_t longest_message() const override { return max_message_bytes; }

    // Sends queued messages first, because a lost GOODBYE would not be repeated.
    void close() override
    {
        if (std::exchange(closed_, true))
            return;
        if (!joined_)
            return hang_up();
        linger_.emplace(stream_.get_executor(), linger_limit);
        linger_->async_wait([self = shared_from_this()](error_code) { self->hang_up(); });
        if (queue_.empty())
            say_close();
    }

private:
    static constexpr std::chrono::milliseconds linger_limit{200};

    // A router refuses a client certificate after the TLS handshake (RFC 8446, section 4.4.2.4). If it has closed the
    // connection before the WebSocket handshake is written, its alert is still unread. Only writing ends with a broken
    // pipe; after a read that failed, Asio would wait for an event that does not come.
    void end_handshake(error_code error)
    {
        if (error != asio::error::broken_pipe || stream_.next_layer().tls() == nullptr)
            return take_reply(error);
        stream_.next_layer().async_read_some(
            asio::buffer(unread_), [self = shared_from_this(), error](error_code alert, std::size_t) {
                if (!self->closed_)
                    self->take_reply(alert.category() == asio::error::get_ssl_category() ? alert : error);
            });
    }

    void take_reply(error_code error)
    {
        if (error == websocket::error::upgrade_declined)
            return fail("the router refused the WebSocket handshake with HTTP status " +
                        std::to_string(reply_.result_int()));
        if (error)
            return fail("WebSocket handshake: " + error.message() + " (a RawSocket port needs rs:// or rss://)");
        const auto chosen = reply_[beast::http::field::sec_websocket_protocol];
        if (chosen != subprotocol_)
            return fail("the router does not support the serializer: it chose the WebSocket subprotocol " +
                        log::quote({chosen.data(), chosen.size()}) + " instead of " + subprotocol_);
        joined_ = true;
        last_heard_ = clock::now();
        read();
        options_.up();
    }

    void read()
    {
        stream_.async_read_some(incoming_, 0, [self = shared_from_this()](error_code error, std::size_t bytes) {
            if (self->closed_)
                return;
            if (error)
                return self->lost(error);
            self->last_heard_ = clock::now();
            const bool ended = self->stream_.is_message_done();
            self->stall_.heard(bytes, ended, !ended, *self);
            if (ended)
                self->take_message();
            if (!self->closed_)
                self->read();
        });
    }

    void take_message()
    {
        const auto bytes = incoming_.cdata();
        options_.message({static_cast<const char*>(bytes.data()), bytes.size()}, [this] { return take_memory(); });
        incoming_.clear();
    }

    message_memory take_memory()
    {
        if (incoming_.capacity() <= kept_bytes)
            return {};
        return std::make_shared<beast::flat_buffer>(std::exchange(incoming_, {}));
    }

    void lost(error_code error)
    {
        if (error == websocket::error::closed)
            return fail("the router closed the WebSocket with code " + std::to_string(stream_.reason().code) + " " +
                        log::quote({stream_.reason().reason.data(), stream_.reason().reason.size()}));
        if (error == beast::error::timeout)
            return fail("the router does not answer a ping");
        if (error == asio::error::eof)
            return fail("the router closed the connection");
        fail("reading", error);
    }

    void write()
    {
        const auto& [head, arguments] = queue_.front();
        const std::array pieces{asio::buffer(head), asio::buffer(arguments.args), asio::buffer(arguments.kwargs)};
        stream_.async_write(pieces, [self = shared_from_this()](error_code error, std::size_t) {
            if (error)
                return self->closed_ ? self->hang_up() : self->fail("writing", error);
            self->queued_bytes_.subtract(self->queue_.front().head.size() + self->queue_.front().arguments.bytes());
            self->queue_.pop_front();
            if (!self->queue_.empty())
                return self->write();
            if (self->closed_)
                self->say_close();
        });
    }

    void say_close()
    {
        stream_.async_close(websocket::close_code::normal,
                            [self = shared_from_this()](error_code) { self->hang_up(); });
    }

    void hang_up()
    {
        error_code ignored;
        stall_.cancel();
        if (linger_)
            linger_->cancel();
        auto& socket = stream_.next_layer().socket();
        socket.shutdown(plain_stream::shutdown_both, ignored);
        socket.close(ignored);
    }

    void fail(std::string reason)
    {
        closed_ = true;
        hang_up();
        options_.down(std::move(reason));
    }

    void fail(std::string_view during, error_code error) { fail(std::string(during) + ": " + error.message()); }

    websocket::stream<hasty_stream, false> stream_;  // no compression
    stall_watch stall_;
    std::string host_;
    std::string target_;
    std::string subprotocol_;
    channel_options options_;
    websocket::response_type reply_;
    std::array<char, 1> unread_{};
    beast::flat_buffer incoming_;
    std::deque<queued_message> queue_;  // the first is being written
    queue_size queued_bytes_{options_.queued_bytes};
    std::optional<asio::steady_timer> linger_;
    clock::time_point last_heard_;
    bool joined_ = false;
    bool closed_ = false;
};

}  // namespace

std::shared_ptr<channel> make_websocket_channel(plain_stream stream, const router_url& where, channel_options options)
{
    return std::make_shared<websocket_channel>(hasty_stream(std::move(stream)), where, std::move(options));
}

std::shared_ptr<channel> make_websocket_channel(tls_stream stream, const router_url& where, channel_options options)
{
    return std::make_shared<websocket_channel>(hasty_stream(std::move(stream)), where, std::move(options));
}

}  // namespace wampfcgi::wamp
