#include "wampfcgi/fcgi/server.hpp"

#include "fcgi/peer.hpp"
#include "wampfcgi/log/log.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cerrno>
#include <cstring>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace wampfcgi::fcgi {
namespace {

// As long as descriptors or memory are short, or the socket is no longer what it was, accepting would fail at once and
// for ever.
constexpr std::chrono::milliseconds pause_when_failing{100};

// Watching costs system calls: a call that is answered sooner never pays them.
constexpr std::chrono::milliseconds sweep_interval{100};

/// Another worker had the connection, or the web server has given it up.
bool concerns_one_connection(int error)
{
    return error == EAGAIN || error == EWOULDBLOCK || error == EINTR || error == ECONNABORTED;
}

}  // namespace

class server::acceptor : public std::enable_shared_from_this<acceptor> {
public:
    acceptor(boost::asio::io_context& loop, int listen_fd, bridge::bridge& to)
        : loop_(loop),
          listener_(loop, listen_fd),
          pause_(loop),
          sweep_(loop),
          to_(to)
    {
        listener_.non_blocking(true);
    }

    void wait()
    {
        listener_.async_wait(listener_.wait_read, [self = shared_from_this()](boost::system::error_code error) {
            if (!error && !self->stopping_)
                self->accept();
        });
    }

    void stop(std::function<void()> drained)
    {
        stopping_ = true;
        drained_ = std::move(drained);
        listener_.close();
        pause_.cancel();
        std::vector<std::shared_ptr<peer>> all;
        for (const auto& [key, each] : peers_)
            all.push_back(each);
        for (const auto& each : all)
            each->retire();
        tell_when_drained();
    }

private:
    // One at a time: the other workers on the same socket are to have theirs.
    void accept()
    {
        const int fd = ::accept4(listener_.native_handle(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd >= 0) {
            failed_before_ = false;
            take(fd);
        } else if (!concerns_one_connection(errno)) {
            return pause(errno);
        }
        wait();
    }

    void take(int fd)
    {
        const int on = 1;
        ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);  // fails on a Unix socket, which has no delay
        auto self = weak_from_this();
        peer::events tell{[self] {
                              if (const auto still = self.lock())
                                  still->sweep_later();
                          },
                          [self](peer* closed) {
                              if (const auto still = self.lock())
                                  still->forget(closed);
                          }};
        auto added = std::make_shared<peer>(loop_, fd, to_, std::move(tell));
        peers_.emplace(added.get(), added);
        added->start();
    }

    // Calls that take a while are watched for web servers that do not wait for them.
    void sweep_later()
    {
        if (std::exchange(sweeping_, true))
            return;
        sweep_.expires_after(sweep_interval);
        sweep_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
            const auto self = weak.lock();
            if (error || !self)
                return;
            self->sweeping_ = false;
            bool any = false;
            for (const auto& [key, each] : self->peers_) {
                each->watch_client();
                any = any || each->busy();
            }
            if (any)
                self->sweep_later();
        });
    }

    void forget(peer* closed)
    {
        peers_.erase(closed);
        if (stopping_)
            tell_when_drained();
    }

    void pause(int error)
    {
        if (!std::exchange(failed_before_, true))
            log::write(log_level::error, std::string("accepting is paused: ") + std::strerror(error));
        pause_.expires_after(pause_when_failing);
        pause_.async_wait([self = shared_from_this()](boost::system::error_code cancelled) {
            if (!cancelled && !self->stopping_)
                self->accept();
        });
    }

    void tell_when_drained()
    {
        if (peers_.empty())
            if (auto drained = std::exchange(drained_, nullptr))
                drained();
    }

    boost::asio::io_context& loop_;
    boost::asio::posix::stream_descriptor listener_;
    boost::asio::steady_timer pause_;
    boost::asio::steady_timer sweep_;
    bridge::bridge& to_;
    std::unordered_map<peer*, std::shared_ptr<peer>> peers_;
    std::function<void()> drained_;
    bool stopping_ = false;
    bool failed_before_ = false;
    bool sweeping_ = false;
};

server::server(boost::asio::io_context& loop, int listen_fd, bridge::bridge& to)
{
    initialize_library();
    acceptor_ = std::make_shared<acceptor>(loop, listen_fd, to);
}

server::~server() = default;

void server::start()
{
    acceptor_->wait();
}

void server::stop(std::function<void()> drained)
{
    acceptor_->stop(std::move(drained));
}

}  // namespace wampfcgi::fcgi
