// Owns one connection of the web server: waiting for a request, reading it, having it answered, writing the answer, and
// keeping or closing the connection. Nothing in it blocks the event loop, however slow the web server is.
#pragma once

#include "fcgi/fcgi_request.hpp"
#include "fcgi/record_scanner.hpp"
#include "fcgi/spool.hpp"
#include "wampfcgi/bridge/bridge.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

namespace wampfcgi::fcgi {

class peer : public std::enable_shared_from_this<peer> {
public:
    /// What the server is told.
    struct events {
        std::function<void()> waits;        ///< a call is under way: watch_client() may be called after a while
        std::function<void()> begins;       ///< a request has begun to arrive
        std::function<void(int fd)> parts;  ///< an idle connection after retire(): the descriptor is given away
        std::function<void(peer*)> closed;  ///< the connection has ended, or was given away
    };

    /// Takes over `fd`, a connected socket that does not block.
    peer(boost::asio::io_context& loop, int fd, bridge::bridge& to, events tell);
    ~peer();
    peer(const peer&) = delete;
    peer& operator=(const peer&) = delete;

    /// Waits for the first request.
    void start() { look_for_request(); }

    /// Lets a request that has begun end and takes no other: the connection is given away as soon as it is idle, where
    /// the web server keeps it.
    void retire()
    {
        retiring_ = true;
        if (!busy_)
            part();
    }

    /// A request has begun to arrive, or has not been answered in full.
    bool busy() const noexcept { return busy_; }

    /// A request has come, and the connection is not to be kept behind it.
    bool is_only_for_one_request() const noexcept { return admitted_ && !keep_; }

    /// Looks from now on whether the web server closes the connection while a call is under way: then nobody waits for
    /// its answer, and the call is given up. Does nothing where no call is under way.
    void watch_client();

private:
    using error_code = boost::system::error_code;
    using next_step = void (peer::*)();

    void await(bool to_read, next_step next);
    void await_progress(bool to_read, next_step next);
    void close_after(std::chrono::seconds limit, std::string_view why);
    void stop_timer() { timer_.expires_at(std::chrono::steady_clock::time_point::max()); }
    void look_for_request();
    void spool_request();
    bool take_spooled(std::string_view bytes, record_scanner::progress made);
    bool begin(int input_fd);
    void serve();
    void client_readable();
    void respond(bridge::answer given);
    void respond_now(const response& what);
    void send_spooled();
    void answered(bool written);
    void await_next_request();
    void linger();
    void drain();
    void part();
    void close();

    int fd_;
    boost::asio::posix::stream_descriptor watch_;  // of fd_, once it had to be waited for
    boost::asio::steady_timer timer_;              // ends what takes the web server too long
    bridge::bridge& to_;
    events tell_;

    record_scanner scanner_;
    spool input_;   // a request that did not arrive at once
    spool output_;  // an answer that does not fit into the socket's buffer
    off_t output_sent_ = 0;
    std::optional<fcgi_request> fcgi_;
    request request_;
    std::optional<bridge::admission> admitted_;
    std::optional<bridge::bridge::started_call> under_way_;
    bool watched_ = false;                                // client_readable() will be called
    std::chrono::steady_clock::time_point began_;         // the request began to arrive
    std::chrono::steady_clock::time_point checked_from_;  // all that the next checks need is there
    bool busy_ = false;
    bool keep_ = false;
    bool retiring_ = false;
    bool input_complete_ = false;
    bool skipping_ = false;  // the request was answered before it had come in full
};

}  // namespace wampfcgi::fcgi
