// Owns handing idle connections over between the workers of a pool. A draining worker sends their descriptors over a
// shared socket, and the first other worker takes each. Closing them instead could race with the web server's next
// request.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <deque>
#include <functional>
#include <memory>

namespace wampfcgi::fcgi {

/// Both sockets must be non-blocking, and stay open; -1: none. Use it only from the thread of the event loop.
class handover : public std::enable_shared_from_this<handover> {
public:
    handover(boost::asio::io_context& loop, int give_fd, int take_fd);
    ~handover();
    handover(const handover&) = delete;
    handover& operator=(const handover&) = delete;

    /// Calls `taken` for each descriptor that arrives, until stop_taking().
    void start_taking(std::function<void(int fd)> taken);
    void stop_taking();

    /// Sends `fd`, and closes it here. If nothing can receive it, only closes it. May have to wait until others
    /// receive; calls `done` when finished.
    void give(int fd, std::function<void()> done);

private:
    struct parcel {
        int fd;
        std::function<void()> done;
    };

    void wait_for_one();
    void take_one();
    void send_waiting();
    bool send(int fd) const;

    int give_fd_;
    int take_fd_;
    boost::asio::posix::stream_descriptor take_;
    boost::asio::steady_timer again_;
    std::function<void(int)> taken_;
    std::deque<parcel> waiting_;
};

}  // namespace wampfcgi::fcgi
