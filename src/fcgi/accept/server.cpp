#include "wampfcgi/fcgi/server.hpp"

#include "fcgi/accept/handover.hpp"
#include "fcgi/accept/shared_listener.hpp"
#include "fcgi/accept/spare_memory.hpp"
#include "fcgi/cgi/limits.hpp"
#include "fcgi/connection/connection.hpp"
#include "fcgi/connection/library_request.hpp"
#include "wampfcgi/core/code_pages.hpp"
#include "wampfcgi/core/scheduling.hpp"
#include "wampfcgi/log/log.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <malloc.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

namespace wampfcgi::fcgi {
namespace {

// Without descriptors or memory, or with a broken socket, accepting would fail at once, again and again.
constexpr std::chrono::milliseconds pause_when_failing{100};

// Watching costs system calls; a call answered sooner saves them.
constexpr std::chrono::milliseconds sweep_interval{100};

// The memory of large bodies is kept while requests follow closely.
constexpr int sweeps_until_quiet = 10;
constexpr std::size_t worth_giving_back_bytes = 1024 * 1024;

// One write to the router then carries the calls of all of them. Not more, to leave connections to the other workers.
constexpr int most_accepted_at_once = 8;

// mod_fcgid gives each process one connection at a time, and waits for it: there, waking up late is only lost time.
constexpr std::size_t connections_of_load = 2;

std::size_t descriptor_limit()
{
    rlimit limit{};
    return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : 0;
}

// At the limit, a kept connection that has been idle for this long may be evicted.
constexpr std::chrono::seconds least_idle{5};

void give_memory_back()
{
    if (::mallinfo2().fordblks > worth_giving_back_bytes)
        ::malloc_trim(0);
    forget_code_pages();
}

/// The error concerns one connection: another worker has accepted it, or the web server has closed it.
bool concerns_one_connection(int error)
{
    return error == EAGAIN || error == EWOULDBLOCK || error == EINTR || error == ECONNABORTED;
}

}  // namespace

class server::acceptor final : public connection_owner, public std::enable_shared_from_this<acceptor> {
public:
    acceptor(boost::asio::io_context& loop, int listen_fd, bridge::service& to, server_options options)
        : loop_(loop),
          listener_(loop, listen_fd),
          pause_(loop),
          sweep_(loop),
          to_(to),
          options_(std::move(options)),
          handover_(std::make_shared<handover>(loop, options_.give_fd, options_.take_fd)),
          shared_{read_by_library, make_room_for_body, max_connections(descriptor_limit()),
                  budget(options_.request_bytes), budget(options_.response_bytes)}
    {
        // Accepted sockets inherit these options. Setting them fails on a Unix socket, whose peer cannot vanish
        // silently.
        set_option(SOL_SOCKET, SO_KEEPALIVE, 1);
        set_option(IPPROTO_TCP, TCP_KEEPIDLE, 60);
        set_option(IPPROTO_TCP, TCP_KEEPINTVL, 15);
        set_option(IPPROTO_TCP, TCP_KEEPCNT, 4);
        set_option(IPPROTO_TCP, TCP_NODELAY, 1);
    }

    ~acceptor() override { let_go(); }  // of connections that were taken over since the server ended
    acceptor(const acceptor&) = delete;
    acceptor& operator=(const acceptor&) = delete;

    void start()
    {
        handover_->start_taking([weak = weak_from_this()](int fd) {
            if (const auto self = weak.lock())
                self->adopt(fd, connection_origin::handed_over);
        });
        wait();
    }

    void wait()
    {
        listener_.wait(is_full(), [self = shared_from_this()](boost::system::error_code error) {
            if (!error && !self->stopping_)
                self->accept();
        });
    }

    void stop(std::function<void()> drained)
    {
        if (!is_full())
            accept_pending();  // the kernel may have notified only this worker of them
        stopping_ = true;
        drained_ = std::move(drained);
        listener_.close();
        handover_->stop_taking();
        pause_.cancel();
        tell_all(event::retire{});
        tell_when_drained();
    }

    /// Aborts all requests, and closes all connections.
    void let_go()
    {
        stopping_ = true;
        drained_ = nullptr;
        while (!connections_.empty()) {
            const std::shared_ptr<connection> last = connections_.back();
            last->let_go();
        }
    }

private:
    void accept()
    {
        if (const auto failure = accept_pending())
            pause(*failure);
        else if (!stopping_)
            wait();
    }

    /// A connection may remove itself when called; the last one, which was called before, then takes its place.
    void tell_all(const connection_event& what)
    {
        for (std::size_t place = connections_.size(); place-- > 0;) {
            const std::shared_ptr<connection> each = connections_.at(place);
            each->tell(what);
        }
    }

    /// Returns the reason when no connection can be accepted.
    std::optional<std::string> accept_pending()
    {
        for (int taken = 0; taken < most_accepted_at_once && !stopping_; ++taken) {
            if (is_full() && taken > 0)
                break;  // there may be no further connection
            if (is_full() && !make_room())
                return "all " + std::to_string(connections_.size()) +
                       " connections are in use (raise the limit of open files)";
            const int fd = ::accept4(listener_.fd(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
            if (fd < 0 && !concerns_one_connection(errno))
                return std::strerror(errno);
            if (fd < 0)
                break;
            failed_before_ = false;
            if (!adopt(fd, connection_origin::accepted)) {
                listener_.come_last();
                break;
            }
            if (connections_.size() == 1)
                break;  // no load: another accept would usually find nothing
        }
        return {};
    }

    /// Returns false for a connection that the web server may keep open. Those are accepted one at a time, alternating
    /// with other workers, so that one worker does not keep them all.
    bool adopt(int fd, connection_origin from)
    {
        const auto added =
            std::allocate_shared<connection>(spare_memory<connection>(), loop_, fd, from, shared_, to_, *this);
        added->place = connections_.size();
        connections_.push_back(added);
        if (connections_.size() == connections_of_load && !std::exchange(in_batches_, true))
            schedule_in_batches();
        tell_connections();
        added->start();
        return added->decisions().serves_only_request();
    }

    void request_begins() override
    {
        sweep_later();
        if (++requests_ == options_.max_requests && options_.enough)
            options_.enough();
    }

    void hand_over(int fd) override
    {
        ++handing_over_;
        handover_->give(fd, [weak = weak_from_this()] {
            const auto self = weak.lock();
            if (!self)
                return;
            --self->handing_over_;
            self->tell_when_drained();
        });
    }

    // Watches for web servers that disconnect during long calls.
    void sweep_later()
    {
        if (!std::exchange(sweeping_, true))
            wait_to_sweep();
    }

    void wait_to_sweep()
    {
        sweep_.expires_after(sweep_interval);
        sweep_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
            const auto self = weak.lock();
            if (error || !self)
                return;
            self->sweeping_ = false;
            self->tell_all(event::watch_client{});
            const bool any =
                std::ranges::any_of(self->connections_, [](const auto& each) { return each->decisions().is_busy(); });
            self->idle_sweeps_ = any ? 0 : self->idle_sweeps_ + 1;
            if (self->idle_sweeps_ < sweeps_until_quiet)
                self->sweep_later();
            else
                give_memory_back();
        });
    }

    bool is_full() const { return connections_.size() >= shared_.max_connections; }

    /// Evicts the connection that has waited longest for a complete request; otherwise the kept one that has been idle
    /// longest, unless it is only just idle: the web server may be sending the next request. Returns false when there
    /// is none.
    bool make_room()
    {
        const connection_fsm::idleness newest{true, std::chrono::steady_clock::now() - least_idle};
        std::shared_ptr<connection> first;
        for (const auto& each : connections_)
            if (const auto idle = each->decisions().idle();
                idle && *idle < (first ? *first->decisions().idle() : newest))
                first = each;
        if (first)
            first->tell(event::evict{});
        return first != nullptr;
    }

    void tell_connections()
    {
        if (options_.connections != nullptr)
            options_.connections->set(connections_.size());
    }

    void set_option(int level, int option, int value)
    {
        ::setsockopt(listener_.fd(), level, option, &value, sizeof value);
    }

    void closed(connection& ended) override
    {
        std::swap(connections_.at(ended.place), connections_.back());
        connections_[ended.place]->place = ended.place;
        connections_.pop_back();
        tell_connections();
        if (!stopping_)
            sweep_later();  // after a burst of thousands, their memory is to be freed
        tell_when_drained();
    }

    void pause(const std::string& why)
    {
        if (!std::exchange(failed_before_, true))
            log::write(log_level::error, "accepting is paused: " + why);
        listener_.step_back();
        pause_.expires_after(pause_when_failing);
        pause_.async_wait([self = shared_from_this()](boost::system::error_code cancelled) {
            if (!cancelled && !self->stopping_)
                self->accept();
        });
    }

    void tell_when_drained()
    {
        if (stopping_ && connections_.empty() && handing_over_ == 0)
            if (auto drained = std::exchange(drained_, nullptr))
                drained();
    }

    boost::asio::io_context& loop_;
    shared_listener listener_;
    boost::asio::steady_timer pause_;
    boost::asio::steady_timer sweep_;
    bridge::service& to_;
    server_options options_;
    std::shared_ptr<handover> handover_;
    shared_resources shared_;
    std::vector<std::shared_ptr<connection>> connections_;  // each knows its place
    std::uint64_t requests_ = 0;                            // begun
    std::size_t handing_over_ = 0;                          // connections being handed over
    std::function<void()> drained_;
    bool stopping_ = false;
    bool in_batches_ = false;
    bool failed_before_ = false;
    bool sweeping_ = false;
    int idle_sweeps_ = 0;  // consecutive
};

server::server(boost::asio::io_context& loop, int listen_fd, bridge::service& to, server_options options)
{
    initialize_library();
    acceptor_ = std::make_shared<acceptor>(loop, listen_fd, to, std::move(options));
}

// The event loop's pending waits keep connections alive; their requests to the services end here.
server::~server()
{
    acceptor_->let_go();
}

void server::start()
{
    acceptor_->start();
}

void server::stop(std::function<void()> drained)
{
    acceptor_->stop(std::move(drained));
}

}  // namespace wampfcgi::fcgi
