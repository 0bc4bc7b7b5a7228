// Owns one attempt at a connection to a router, from dialling to closing. Above it every message is MessagePack: where
// the router is spoken to in JSON, this is where messages are turned over.
#pragma once

#include "wamp/transport/channel.hpp"
#include "wampfcgi/core/settings.hpp"
#include "wampfcgi/net/dialer.hpp"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace wampfcgi::wamp {

/// As a channel's, with what cannot be read in the message, where it was turned over from JSON; empty: nothing.
using link_message_handler =
    std::function<void(std::string_view bytes, const std::string& fault, const std::function<void()>& forget)>;

class link : public std::enable_shared_from_this<link> {
public:
    /// `router` must outlive it; `options` as for a channel, but for its messages: those go to `take`, as MessagePack.
    link(boost::asio::io_context& loop, const router_settings& router, channel_options options,
         link_message_handler take);

    /// Connects to `where`; ends in up() or down(). No time limit: close() ends it too.
    void connect(const router_url& where);

    /// Sends a message; not before up().
    send_result send(std::string message);

    /// When something came from the router last; not before up().
    std::chrono::steady_clock::time_point last_heard() const { return channel_->last_heard(); }

    /// Most bytes that the router takes in one message, in its serializer; not before up().
    std::size_t longest_message() const { return channel_->longest_message(); }

    /// Writes what it can of what was sent without waiting long, and closes.
    void close();

private:
    void open(net::dialer::outcome dialled, const router_url& where);

    channel_options options_;
    std::shared_ptr<net::dialer> dialer_;
    std::shared_ptr<channel> channel_;
    bool closed_ = false;
};

}  // namespace wampfcgi::wamp
