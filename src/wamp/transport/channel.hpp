// Owns the interface of a message channel to a router: RawSocket or WebSocket, over a stream that is already connected.
// What the messages mean is the connection's business.
#pragma once

#include "wampfcgi/bridge/meter.hpp"
#include "wampfcgi/core/settings.hpp"
#include "wampfcgi/net/stream.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace wampfcgi::wamp {

using net::plain_stream;
using net::tls_stream;

enum class send_result { queued, too_large, queue_full };

/// Most bytes that may be queued for a router that does not read: four of the largest messages.
inline constexpr std::size_t max_queued_bytes = 64 * 1024 * 1024;

/// How many bytes a channel has queued; counted in a cell too, where there is one.
class queue_size {
public:
    explicit queue_size(bridge::cell* also) : also_(also) {}
    ~queue_size() { subtract(bytes_); }
    queue_size(const queue_size&) = delete;
    queue_size& operator=(const queue_size&) = delete;

    void add(std::size_t bytes) noexcept
    {
        bytes_ += bytes;
        if (also_ != nullptr)
            also_->add(bytes);
    }
    void subtract(std::size_t bytes) noexcept
    {
        bytes_ -= bytes;
        if (also_ != nullptr)
            also_->subtract(bytes);
    }
    std::size_t bytes() const noexcept { return bytes_; }

private:
    bridge::cell* also_;
    std::size_t bytes_ = 0;
};

/// What is known of a router and RawSocket PING: some answer, some ignore it, some close the connection.
/// Lives longer than one connection, so that none is lost twice for the sake of finding out.
enum class ping_habit { unknown, answers, to_be_avoided };

/// Takes a message, a view that is valid until the end of the call, or until `forget` is called: the memory of a large
/// one is given back before all else that the message leads to.
using message_handler = std::function<void(std::string_view bytes, const std::function<void()>& forget)>;

/// What a channel is told, and tells. Handlers are called from the event loop, never from within a call of a member
/// function; none after close().
struct channel_options {
    serializer_kind serializer = serializer_kind::msgpack;
    std::chrono::seconds keepalive{30};
    std::shared_ptr<ping_habit> habit = std::make_shared<ping_habit>(ping_habit::unknown);
    std::function<bool()> may_probe = [] { return true; };  ///< nothing would be lost if the router took a PING amiss
    std::function<void()> up;                               ///< the handshake is done
    message_handler message;
    bridge::cell* queued_bytes = nullptr;   ///< counts what is queued, with that of others; null: nobody wants to know
    std::function<void(std::string)> down;  ///< once; the reason is ready for the log
};

/// Sends and receives whole messages, in the bytes of its serializer.
class channel {
public:
    virtual ~channel() = default;

    /// Begins the handshake; ends in up() or down(). No time limit.
    virtual void start() = 0;

    /// Queues a message. too_large: more than the router takes in one message; queue_full: the router does not read.
    virtual send_result send(std::string message) = 0;

    /// When something came from the router last, be it a PONG; not before up().
    virtual std::chrono::steady_clock::time_point last_heard() const = 0;

    /// Most bytes that the router takes in one message; not before up().
    virtual std::size_t longest_message() const = 0;

    /// Writes what it can of the queue without waiting, and closes.
    virtual void close() = 0;
};

/// A RawSocket channel (WAMP specification, "RawSocket Transport").
std::shared_ptr<channel> make_rawsocket_channel(plain_stream stream, channel_options options);
std::shared_ptr<channel> make_rawsocket_channel(tls_stream stream, channel_options options);

/// A WebSocket channel (WAMP specification, "WebSocket Transport"); path, query and Host header are as in `where`.
std::shared_ptr<channel> make_websocket_channel(plain_stream stream, const router_url& where, channel_options options);
std::shared_ptr<channel> make_websocket_channel(tls_stream stream, const router_url& where, channel_options options);

}  // namespace wampfcgi::wamp
