#include "wamp/transport/link.hpp"

#include "wampfcgi/codec/transcode.hpp"
#include "wampfcgi/core/memory.hpp"

#include <memory>
#include <new>
#include <optional>
#include <utility>
#include <variant>

namespace wampfcgi::wamp {
namespace {

bool is_websocket(const router_url& where)
{
    return where.transport == router_url::transport_kind::websocket ||
           where.transport == router_url::transport_kind::websocket_tls;
}

net::destination destination_of(const router_url& where, const std::optional<proxy_url>& proxy)
{
    using transport = router_url::transport_kind;
    net::destination to;
    to.host = where.host;
    to.port = where.port;
    if (where.transport == transport::rawsocket_unix)
        to.socket_path = where.path;
    else
        to.proxy = proxy;
    to.tls = where.transport == transport::rawsocket_tls || where.transport == transport::websocket_tls;
    return to;
}

}  // namespace

link::link(boost::asio::io_context& loop, const router_settings& router, channel_options options,
           link_message_handler take)
    : options_(std::move(options)),
      proxy_(router.proxy),
      dialer_(std::make_shared<net::dialer>(
          loop, net::dial_options{"the router", router.connect_timeout, router.keepalive, router.tls}))
{
    options_.serializer = router.serializer;
    options_.keepalive = router.keepalive;
    if (router.serializer == serializer_kind::msgpack) {
        options_.message = [take = std::move(take), no_fault = std::string()](
                               std::string_view bytes, const auto& take_memory) { take(bytes, no_fault, take_memory); };
        return;
    }
    // Passes invalid JSON on as an empty message, which is malformed in MessagePack too.
    options_.message = [take = std::move(take)](std::string_view text, const auto& take_memory) {
        auto message = codec::message_from_json(text);
        if (text.size() >= long_message_bytes)
            take_memory().reset();
        const std::string_view bytes = message.bytes;
        take(bytes, message.fault,
             [&message]() -> message_memory { return std::make_shared<std::string>(std::move(message.bytes)); });
    };
}

void link::connect(const router_url& where)
{
    dialer_->dial(destination_of(where, proxy_), [self = shared_from_this(), where](net::dialer::outcome dialled) {
        if (!self->closed_)
            self->open(std::move(dialled), where);
    });
}

void link::open(net::dialer::outcome dialled, const router_url& where)
{
    if (const auto* failed = std::get_if<net::dialer::failed>(&dialled)) {
        closed_ = true;
        return options_.down(failed->reason);
    }
    const auto make = [&](auto stream) {
        if (is_websocket(where))
            return make_websocket_channel(std::move(stream), where, options_);
        return make_rawsocket_channel(std::move(stream), options_);
    };
    if (auto* tls = std::get_if<tls_stream>(&dialled))
        channel_ = make(std::move(*tls));
    else
        channel_ = make(std::move(std::get<plain_stream>(dialled)));
    channel_->start();
}

send_result link::send(std::string&& message, write_time when)
{
    if (options_.serializer == serializer_kind::msgpack)
        return channel_->send(std::move(message), when);
    // Messages to send come from JSON, so JSON can always represent them.
    return channel_->send(codec::message_to_json(message).value_or(std::string()), when);
}

send_result link::send(std::string&& head, payload&& arguments, write_time when)
try {
    if (options_.serializer == serializer_kind::msgpack)
        return channel_->send(std::move(head), std::move(arguments), when);
    const bad_alloc_scope here;
    head.reserve(head.size() + arguments.bytes());
    head.append(arguments.args).append(arguments.kwargs);
    arguments = {};
    return send(std::move(head), when);
} catch (const std::bad_alloc&) {
    return send_result::no_memory;
}

void link::close()
{
    if (std::exchange(closed_, true))
        return;
    dialer_->stop();
    if (channel_)
        channel_->close();
}

}  // namespace wampfcgi::wamp
