// Owns one connection of the web server: waiting for a request, reading it, having it answered, writing the answer, and
// keeping or closing the connection. Nothing in it blocks the event loop, however slow the web server is.
#pragma once

#include "fcgi/answer_writer.hpp"
#include "fcgi/budget.hpp"
#include "fcgi/limits.hpp"
#include "fcgi/record_scanner.hpp"
#include "fcgi/spool.hpp"
#include "wampfcgi/bridge/bridge.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <compare>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <sys/types.h>

namespace wampfcgi::fcgi {

/// What the connections of a worker share. Outlives them.
struct common_means {
    std::size_t most_connections = 0;
    budget requests{most_held_bytes};
    budget answers{most_held_bytes};
};

class peer : public std::enable_shared_from_this<peer> {
public:
    /// What the server is told.
    struct events {
        std::function<void()> begins;       ///< a request has begun to arrive
        std::function<void(int fd)> parts;  ///< an idle connection after retire(): the descriptor is given away
        std::function<void(peer*)> closed;  ///< the connection has ended, or was given away
    };

    /// Where a connection comes from: just accepted, or kept and idle, from another worker.
    enum class origin { accepted, handed_over };

    /// Takes over `fd`, a connected socket that does not block.
    peer(boost::asio::io_context& loop, int fd, origin from, common_means& means, bridge::bridge& to, events tell);
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

    /// What it has the worker wait for, and since when: a first request, or the rest of one, or, where it is kept, the
    /// next.
    struct waiting {
        bool is_kept;
        std::chrono::steady_clock::time_point since;

        /// Those that were of use before come last.
        auto operator<=>(const waiting&) const = default;
    };

    /// Nothing while it waits for the worker.
    std::optional<waiting> waits() const;

    /// Closes the connection, because another is to have its place.
    void give_way();

    /// Looks from now on whether the web server closes the connection while a call is under way: then nobody waits for
    /// its answer, and the call is given up. Does nothing where no call is under way.
    void watch_client();

private:
    using error_code = boost::system::error_code;
    using next_step = void (peer::*)();

    void await(bool to_read, next_step next);
    void soon(next_step next);
    void await_progress(bool to_read, next_step next);
    void close_at(std::chrono::steady_clock::time_point when, std::string_view why);
    void stop_timer() { timer_.expires_at(std::chrono::steady_clock::time_point::max()); }
    void look_for_request();
    void receive();
    ssize_t read_some();
    bool leave_behind(std::string_view bytes);
    void take_in(std::size_t bytes);
    bool send_replies();
    bool take(record_scanner::progress made, std::string_view own, std::size_t more_of_body, std::string_view rest);
    bool take_end(record_scanner::progress made);
    bool hold(std::size_t bytes);
    void refuse_for_memory(std::string_view rest);
    void forget_input();
    bool collect_variables(record_scanner::progress made, std::string_view own);
    bool read_spooled();
    bool admit();
    bool check_body_size();
    void request_begins();
    void serve();
    void client_readable();
    void respond(bridge::answer given);
    void write_answer();
    void answered(bool written);
    void await_next_request();
    void linger();
    void drain();
    void part();
    void close();
    void close_because(log_level level, const std::string& why);

    int fd_;
    boost::asio::posix::stream_descriptor watch_;  // of fd_, once it had to be waited for
    boost::asio::steady_timer timer_;              // ends what takes the web server too long
    common_means& means_;
    bridge::bridge& to_;
    events tell_;

    record_scanner scanner_;
    spool input_;  // the variables of a request that did not arrive at once
    budget::share input_share_;
    std::string ahead_;  // came behind the request that is being answered
    budget::share ahead_share_;
    budget::share output_share_;
    std::uint64_t received_bytes_ = 0;  // since the request began
    request request_;
    std::uint64_t announced_bytes_ = 0;  // of its body; 0: unknown
    std::optional<answer_writer> writer_;
    std::optional<bridge::admission> admitted_;
    std::optional<bridge::bridge::started_call> under_way_;
    bool watched_ = false;                                // client_readable() will be called
    std::chrono::steady_clock::time_point began_;         // the request began to arrive, or the wait for it
    std::chrono::steady_clock::time_point sends_from_;    // the answer began to be sent
    std::chrono::steady_clock::time_point due_;           // what the web server does now has to be done
    std::chrono::steady_clock::time_point checked_from_;  // all that the next checks need is there
    bool is_fresh_;                                       // no request has begun on it
    bool busy_ = false;
    bool keep_ = false;
    bool has_variables_ = false;  // request_ is that which is being received
    bool retiring_ = false;
    bool input_complete_ = false;
    bool skipping_ = false;  // the request was answered before it had come in full
};

}  // namespace wampfcgi::fcgi
