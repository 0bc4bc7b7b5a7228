// Owns the way of idle connections between the workers of a pool: a worker that ends sends their descriptors over a
// socket that all share, and whichever of the others comes first takes them. Closing them instead would cross with the
// web server's next request.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <deque>
#include <functional>
#include <memory>

namespace wampfcgi::fcgi {

/// Both sockets do not block and stay open; -1: none. Used by the thread that runs the event loop.
class handover : public std::enable_shared_from_this<handover> {
public:
    handover(boost::asio::io_context& loop, int give_fd, int take_fd);
    ~handover();
    handover(const handover&) = delete;
    handover& operator=(const handover&) = delete;

    /// Calls `taken` with each descriptor that arrives, until stop_taking().
    void start_taking(std::function<void(int fd)> taken);
    void stop_taking();

    /// Sends `fd` and closes it here; where nobody can receive it, it is closed at once. May have to wait for others to
    /// receive: `done` is called once it is away.
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
