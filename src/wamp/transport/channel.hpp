// Owns the interface of a message channel to a router: RawSocket or WebSocket, over a connected stream. Its user
// interprets the messages.
#pragma once

#include "wampfcgi/bridge/meter.hpp"
#include "wampfcgi/core/call.hpp"
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

enum class send_result { queued, too_large, queue_full, no_memory };

/// When a message is written: at once, or together with others that may follow in this turn of the event loop.
enum class write_time { now, end_of_turn };

/// What is known about a router's reaction to RawSocket PING: some answer, some ignore it, some close the connection.
/// Outlives a connection, so that finding out costs at most one.
enum class ping_habit { unknown, answers, to_be_avoided };

/// Messages shorter than this are best copied out of their memory, which the next ones then use.
inline constexpr std::size_t long_message_bytes = 64 * 1024;

/// The memory of a message.
using message_memory = std::shared_ptr<const void>;

/// Receives a message, a view that is valid until the end of the call. Calling `take_memory` returns the memory of a
/// long message, if nothing else is in it: the view is then valid for as long as the caller keeps that. Null: there is
/// no need to.
using message_handler = std::function<void(std::string_view bytes, const std::function<message_memory()>& take_memory)>;

/// Options and callbacks of a channel. Callbacks come from the event loop, never from within a member function, and
/// never after close().
struct channel_options {
    serializer_kind serializer = serializer_kind::msgpack;
    std::chrono::seconds keepalive{30};
    std::shared_ptr<ping_habit> habit = std::make_shared<ping_habit>(ping_habit::unknown);
    std::function<bool()> may_probe = [] { return true; };  ///< the connection can be risked for a first PING
    std::function<void()> up;                               ///< the handshake is done
    message_handler message;
    std::size_t max_queued_bytes = usual_router_queue_bytes;  ///< for a router that does not read
    bridge::cell* queued_bytes = nullptr;   ///< counts queued bytes, shared with other channels; null: not counted
    std::function<void(std::string)> down;  ///< called once; the reason is ready for the log
};

/// Sends and receives complete messages, in the bytes of its serializer.
class channel {
public:
    virtual ~channel() = default;

    /// Begins the handshake, which ends with up() or down(). Has no time limit.
    virtual void start() = 0;

    /// Queues a message. Takes the memory of a large one, and leaves that of a small one to the caller. too_large: over
    /// the router's limit for a message; queue_full: the router does not read; no_memory: for converting it.
    virtual send_result send(std::string&& message, write_time when) = 0;

    /// The same for a message that is `head` with `arguments` behind it. Takes the memory of the arguments.
    virtual send_result send(std::string&& head, payload&& arguments, write_time when) = 0;

    /// When the last byte from the router arrived, also of a PONG; not before up().
    virtual std::chrono::steady_clock::time_point last_heard() const = 0;

    /// The most bytes that the router accepts in a message; not before up().
    virtual std::size_t longest_message() const = 0;

    /// Writes as much of the queue as possible without waiting, and closes.
    virtual void close() = 0;
};

/// A RawSocket channel (WAMP specification, "RawSocket Transport").
std::shared_ptr<channel> make_rawsocket_channel(plain_stream stream, channel_options options);
std::shared_ptr<channel> make_rawsocket_channel(tls_stream stream, channel_options options);

/// A WebSocket channel (WAMP specification, "WebSocket Transport"); path, query and Host header come from `where`.
std::shared_ptr<channel> make_websocket_channel(plain_stream stream, const router_url& where, channel_options options);
std::shared_ptr<channel> make_websocket_channel(tls_stream stream, const router_url& where, channel_options options);

}  // namespace wampfcgi::wamp
