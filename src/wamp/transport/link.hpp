// Owns one connection attempt to a router, from dialling to closing. All messages above it are MessagePack; it converts
// them for a router that uses JSON.
#pragma once

#include "wamp/transport/channel.hpp"
#include "wampfcgi/core/settings.hpp"
#include "wampfcgi/net/dialer.hpp"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace wampfcgi::wamp {

/// Like a channel's message_handler, plus what could not be converted from JSON; empty: nothing.
using link_message_handler = std::function<void(std::string_view bytes, const std::string& fault,
                                                const std::function<message_memory()>& take_memory)>;

class link : public std::enable_shared_from_this<link> {
public:
    /// `router` must outlive the link. `options` are for the channel, but messages go to `take`, as MessagePack.
    link(boost::asio::io_context& loop, const router_settings& router, channel_options options,
         link_message_handler take);

    /// Connects to `where`, which ends with up() or down(). Has no time limit; close() ends it too.
    void connect(const router_url& where);

    /// Sends a message; not before up().
    send_result send(std::string&& message, write_time when);

    /// The same for a message that is `head` with `arguments` behind it.
    send_result send(std::string&& head, payload&& arguments, write_time when);

    /// When the last byte from the router arrived; not before up().
    std::chrono::steady_clock::time_point last_heard() const { return channel_->last_heard(); }

    /// The most bytes that the router accepts in a message, in its serializer; not before up().
    std::size_t longest_message() const { return channel_->longest_message(); }

    /// Writes as much as possible of what was sent, without waiting long, and closes.
    void close();

private:
    void open(net::dialer::outcome dialled, const router_url& where);

    channel_options options_;
    const std::optional<proxy_url>& proxy_;
    std::shared_ptr<net::dialer> dialer_;
    std::shared_ptr<channel> channel_;
    bool closed_ = false;
};

}  // namespace wampfcgi::wamp
