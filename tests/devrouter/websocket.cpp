#include "websocket.hpp"

#include "websocket_frame.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>

#include <deque>
#include <limits>
#include <utility>

namespace wampfcgi::devrouter {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace ws = beast::websocket;
using boost::system::error_code;

namespace {

constexpr std::size_t backlog_bytes = 64 << 20;  // of answers that the peer has not read; above this, stop reading

/// What Beast is to do once either side has closed the WebSocket.
class web_stream : public net::byte_stream {
public:
    explicit web_stream(net::byte_stream connected) : byte_stream(std::move(connected)) {}
};

template <typename Handler>
void async_teardown(beast::role_type, web_stream& stream, Handler&& done)
{
    auto kept = std::make_shared<std::decay_t<Handler>>(std::forward<Handler>(done));
    end(stream, [kept](error_code trouble) { (*kept)(trouble); });
}

class websocket final : public connection {
public:
    websocket(net::byte_stream peer, router& shared, std::string path)
        : connection(shared, peer.get_executor(), peer.tls() ? "wss" : "ws"),
          stream_(web_stream(std::move(peer))),
          path_(std::move(path))
    {}

    void start();

    void ping(std::string_view payload) override { queue({output_kind::ping, std::string(payload)}); }
    void close() override;
    void drop() override;

private:
    enum class output { open, silenced, closing, cutting, ended };
    enum class output_kind { message, ping, raw };
    struct piece {
        output_kind kind;
        std::string bytes;
    };

    bool write(std::span<const std::string_view> parts) override;
    void break_rules(wire_fault fault, std::string_view payload) override;
    void resume_reading() override { read_more(); }

    void read_request();
    void answer_request();
    /// The serializer of the request's first supported subprotocol.
    std::optional<serializer> choose_format() const;
    void refuse(http::status status);
    void upgrade();
    void read_more();
    void take_message();
    void queue(piece next);
    void flush();
    void end_output();
    auto self() { return std::static_pointer_cast<websocket>(shared_from_this()); }
    auto& socket() { return stream_.next_layer().socket(); }

    ws::stream<web_stream, false> stream_;  // no compression
    std::string path_;
    http::request<http::string_body> request_;
    http::response<http::empty_body> refusal_;
    beast::flat_buffer input_;
    std::deque<piece> queue_;
    std::size_t queued_bytes_ = 0;
    output output_ = output::open;
    bool upgraded_ = false;
    bool reading_ = false;
    bool writing_ = false;
};

void websocket::start()
{
    watch_for_silence();
    secure(stream_.next_layer(),
           [self = self()](error_code trouble) { trouble ? self->drop() : self->read_request(); });
}

void websocket::read_request()
{
    http::async_read(stream_.next_layer(), input_, request_, [self = self()](error_code trouble, std::size_t) {
        trouble ? self->drop() : self->answer_request();
    });
}

void websocket::answer_request()
{
    heard();
    facts_.target = request_.target();
    facts_.host = request_[http::field::host];
    const bool with_query = path_.find('?') != std::string::npos;
    if ((with_query ? facts_.target : facts_.target.substr(0, facts_.target.find('?'))) != path_)
        return refuse(http::status::not_found);
    if (!ws::is_upgrade(request_))
        return refuse(http::status::upgrade_required);
    const auto format = choose_format();
    if (!format)
        return refuse(http::status::bad_request);
    facts_.format = *format;
    upgrade();
}

std::optional<serializer> websocket::choose_format() const
{
    for (const std::string_view wanted : http::token_list(request_[http::field::sec_websocket_protocol]))
        for (const auto offered : router_.settings.serializers)
            if (wanted == subprotocol_of(offered))
                return offered;
    return {};
}

void websocket::refuse(http::status status)
{
    refusal_.result(status);
    refusal_.keep_alive(false);
    refusal_.prepare_payload();
    http::async_write(stream_.next_layer(), refusal_, [self = self()](error_code, std::size_t) { self->drop(); });
}

void websocket::upgrade()
{
    stream_.set_option(ws::stream_base::timeout{longest_linger, ws::stream_base::none(), false});
    stream_.set_option(ws::stream_base::decorator([format = facts_.format](ws::response_type& response) {
        response.set(http::field::sec_websocket_protocol, subprotocol_of(format));
        response.set(http::field::server, "wamp-devrouter");
    }));
    stream_.read_message_max(router_.settings.max_message_bytes);
    stream_.auto_fragment(false);
    stream_.binary(facts_.format == serializer::messagepack);
    stream_.control_callback([this](ws::frame_type kind, auto) {
        heard();
        router_.counts.pings += kind == ws::frame_type::ping ? 1 : 0;
        router_.counts.pongs += kind == ws::frame_type::pong ? 1 : 0;
    });
    stream_.async_accept(request_, [self = self()](error_code trouble) {
        if (trouble)
            return self->drop();
        self->upgraded_ = true;
        self->read_more();
    });
}

void websocket::read_more()
{
    const bool ending = output_ == output::closing || output_ == output::ended;
    if (reading_ || deaf_ || ending || !socket().is_open() || queued_bytes_ > backlog_bytes)
        return;
    reading_ = true;
    stream_.async_read(input_, [self = self()](error_code trouble, std::size_t) {
        self->reading_ = false;
        if (trouble)
            return self->drop();
        self->take_message();
        self->read_more();
    });
}

void websocket::take_message()
{
    heard();
    if (stream_.got_text() == (facts_.format == serializer::json))
        deliver({static_cast<const char*>(input_.data().data()), input_.size()});
    else
        session_.violated("JSON comes as text, MessagePack as binary");
    input_.consume(input_.size());
}

bool websocket::write(std::span<const std::string_view> parts)
{
    std::string message;
    for (const auto part : parts)
        message += part;
    queue({output_kind::message, std::move(message)});
    return true;
}

void websocket::queue(piece next)
{
    if (output_ != output::open || !upgraded_)
        return;
    queued_bytes_ += next.bytes.size();
    queue_.push_back(std::move(next));
    flush();
}

void websocket::break_rules(wire_fault fault, std::string_view payload)
{
    constexpr std::uint64_t longest = std::numeric_limits<std::int64_t>::max();
    const auto code = facts_.format == serializer::json ? text_frame : binary_frame;
    switch (fault) {
    case wire_fault::half_frame:
        queue({output_kind::raw,
               websocket_frame_head(code, payload.size()).append(payload.substr(0, payload.size() / 2))});
        output_ = output::cutting;
        return flush();
    case wire_fault::endless_frame:
        queue({output_kind::raw, websocket_frame_head(code, longest).append(payload)});
        output_ = output::silenced;
        return;
    case wire_fault::reserved_frame:
        return queue({output_kind::raw, websocket_frame_head(reserved_opcode, payload.size()).append(payload)});
    }
}

void websocket::close()
{
    if (!upgraded_)
        return drop();
    if (output_ == output::cutting || output_ == output::ended)
        return;
    output_ = output::closing;
    flush();
}

void websocket::drop()
{
    error_code ignored;
    timer_.cancel();
    socket().close(ignored);
}

void websocket::flush()
{
    if (writing_ || !socket().is_open())
        return;
    if (queue_.empty())
        return end_output();
    writing_ = true;
    const auto& next = queue_.front();
    const auto done = [self = self()](error_code trouble, std::size_t = 0) {
        self->writing_ = false;
        self->queued_bytes_ -= self->queue_.front().bytes.size();
        self->queue_.pop_front();
        if (trouble)
            return self->drop();
        self->flush();
        self->read_more();
    };
    if (next.kind == output_kind::message)
        stream_.async_write(asio::buffer(next.bytes), done);
    else if (next.kind == output_kind::ping)
        stream_.async_ping(ws::ping_data(next.bytes.data(), next.bytes.size()), done);
    else
        asio::async_write(stream_.next_layer(), asio::buffer(next.bytes), done);
}

/// Ends the output in a way other than by more data.
void websocket::end_output()
{
    error_code ignored;
    if (output_ == output::closing)
        stream_.async_close(ws::close_code::normal, [self = self()](error_code) { self->drop(); });
    else if (output_ == output::cutting)
        socket().shutdown(stream_socket::shutdown_send, ignored);
    else
        return;
    drop_soon();
    output_ = output::ended;
}

}  // namespace

void serve_websocket(stream_socket peer, router& shared, tls_context* tls, const std::string& path)
{
    std::make_shared<websocket>(make_stream(std::move(peer), tls), shared, path)->start();
}

}  // namespace wampfcgi::devrouter
