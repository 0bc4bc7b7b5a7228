// Owns one connection of the web server: its descriptor, waits and timer. It performs what connection_fsm decides, and
// never blocks the event loop.
#pragma once

#include "fcgi/cgi/access_log.hpp"
#include "fcgi/connection/connection_fsm.hpp"
#include "wampfcgi/bridge/response_sink.hpp"
#include "wampfcgi/bridge/service.hpp"
#include "wampfcgi/core/event_registration.hpp"

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include <sys/types.h>

namespace wampfcgi::fcgi {

class connection;

/// The owner of a worker's connections.
class connection_owner {
public:
    virtual ~connection_owner() = default;

    virtual void request_begins() = 0;

    /// Takes over the descriptor of a retired idle connection. A call of closed() follows.
    virtual void hand_over(int fd) = 0;

    /// The connection has ended, or its descriptor was handed over.
    virtual void closed(connection& ended) = 0;
};

/// Any step may close it, and then its owner lets it go: whoever calls start(), tell() or let_go() holds a pointer to
/// it.
class connection final : public std::enable_shared_from_this<connection>, private bridge::response_sink {
public:
    /// Takes ownership of `fd`, a connected, non-blocking socket. `loop`, `shared` and `to` must outlive the
    /// connection, and `owner` must until it has ended.
    connection(boost::asio::io_context& loop, int fd, connection_origin from, shared_resources& shared,
               bridge::service& to, connection_owner& owner);
    ~connection() override;
    connection(const connection&) = delete;
    connection& operator=(const connection&) = delete;

    /// Reads the first request when it arrives.
    void start() { perform(decisions_.start()); }

    /// Passes an event of the worker. The connection detects events of its socket itself.
    void tell(const connection_event& what);

    /// Aborts the request that a service is serving, and closes.
    void let_go();

    const connection_fsm& decisions() const noexcept { return decisions_; }

    std::size_t place = 0;  ///< for the owner: where it keeps the connection

private:
    using error_code = boost::system::error_code;
    using executor = boost::asio::io_context::executor_type;  // the default one can be any, which takes longer
    using descriptor = boost::asio::posix::basic_stream_descriptor<executor>;
    using clock = std::chrono::steady_clock;
    using timer = boost::asio::basic_waitable_timer<clock, boost::asio::wait_traits<clock>, executor>;

    template <class Event>
    connection_step resume(const Event& what)
    {
        return decisions_.resume(what, now_);
    }
    void perform(connection_step next);
    connection_step act(connection_step& next);
    connection_step read();
    connection_step send();
    ssize_t send_pieces();
    connection_step peek();
    connection_step admit();
    void serve();
    void respond(bridge::answer&& whole) override;
    void begin(response head) override;
    std::size_t write(std::string_view piece) override;
    void end(bridge::request_report how) override;
    request_times times() const;
    void abandon(std::string_view why);
    void tell_if_written();
    void close();
    void await_bytes();
    void bytes_arrived();
    void await_writable();
    bool make_waitable();
    void let_asio_register();
    void stop_watching();
    template <class Event>
    void post(Event then);
    void arm_timer(connection_fsm::time_point until);

    int fd_;
    boost::asio::io_context& loop_;
    std::optional<descriptor> watch_;                 // for fd_, from the first wait on
    std::optional<event_registration> registration_;  // of fd_ then, unless Asio registers it
    bool awaits_bytes_ = false;                       // in the event loop
    bool reads_bytes_ = false;                        // once they have arrived
    bool tells_of_bytes_ = false;  // then; still, when the request that was watched is answered before
    std::optional<timer> timer_;   // from the first deadline on
    std::optional<connection_fsm::time_point> armed_until_;  // the timer's expiry
    connection_fsm::time_point now_;                         // of what is being handled
    connection_fsm decisions_;
    bridge::service& to_;
    connection_owner* owner_;  // null once the connection has ended
    bridge::admission admitted_;
    std::optional<answered_call> written_;         // the call whose answer is being written
    bridge::service_cells* counted_in_ = nullptr;  // for the current request
    int stream_status_ = 0;
    std::uint64_t stream_bytes_ = 0;
    std::unique_ptr<bridge::exchange> under_way_;  // while the service has the request; uses the members above
};

}  // namespace wampfcgi::fcgi
