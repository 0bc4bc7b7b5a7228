// Owns one connection of the web server: its descriptor, the waits and the timer. It does what connection_fsm decides,
// and nothing in it blocks the event loop, however slow the web server is.
#pragma once

#include "fcgi/cgi/access_log.hpp"
#include "fcgi/connection/connection_fsm.hpp"
#include "wampfcgi/bridge/response_sink.hpp"
#include "wampfcgi/bridge/service.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace wampfcgi::fcgi {

class connection;

/// Who has the connections of a worker.
class connection_owner {
public:
    virtual ~connection_owner() = default;

    virtual void request_begins() = 0;

    /// Takes over the descriptor of an idle connection that has been retired. closed() follows.
    virtual void hand_over(int fd) = 0;

    /// The connection has ended, or its descriptor was handed over.
    virtual void closed(connection& ended) = 0;
};

class connection final : public std::enable_shared_from_this<connection>, private bridge::response_sink {
public:
    /// Takes over `fd`, a connected socket that does not block. `loop`, `shared` and `to` must outlive it.
    connection(boost::asio::io_context& loop, int fd, connection_origin from, shared_resources& shared,
               bridge::service& to, std::weak_ptr<connection_owner> owner);
    ~connection() override;
    connection(const connection&) = delete;
    connection& operator=(const connection&) = delete;

    /// Reads the first request, as soon as it comes.
    void start() { perform(decisions_.start()); }

    /// Tells it what the worker wants; what has happened to the connection it finds out itself.
    void tell(connection_event what) { perform(resume(std::move(what))); }

    /// Gives the request up that a service has, and closes.
    void let_go();

    const connection_fsm& decisions() const noexcept { return decisions_; }

private:
    using error_code = boost::system::error_code;

    connection_step resume(connection_event what);
    void perform(connection_step next);
    std::optional<connection_step> act(connection_step& next);
    std::optional<connection_step> read();
    connection_step send();
    connection_step peek();
    std::optional<connection_step> admit();
    void serve();
    void respond(bridge::answer whole) override;
    void begin(response head) override;
    std::size_t write(std::string_view piece) override;
    void end(bridge::request_report how) override;
    request_times times() const;
    void abandon(std::string_view why);
    void tell_if_written();
    void close();
    template <class Event>
    void await(boost::asio::posix::descriptor_base::wait_type what, Event then);
    void await_readable();
    bool is_waitable();
    template <class Event>
    void post(Event then);
    void arm_timer();

    int fd_;
    boost::asio::posix::stream_descriptor watch_;  // of fd_, once it had to be waited for
    boost::asio::steady_timer timer_;
    std::optional<connection_fsm::time_point> armed_until_;  // of the timer
    connection_fsm decisions_;
    bridge::service& to_;
    std::weak_ptr<connection_owner> owner_;
    bridge::admission admitted_;
    std::optional<answered_call> written_;         // is being
    bridge::service_cells* counted_in_ = nullptr;  // the current request
    int stream_status_ = 0;
    std::uint64_t stream_bytes_ = 0;
    std::unique_ptr<bridge::exchange> under_way_;  // while the service has the request; it uses what is above
};

}  // namespace wampfcgi::fcgi
