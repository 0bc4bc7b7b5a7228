// Owns waiting for connections on a socket that several processes share. A connection wakes one idle process, not all
// of them (EPOLLEXCLUSIVE in epoll_ctl(2)). With eight workers behind nginx, without kept connections, the wake-ups of
// all of them took twice the processor time, and left 60 to 70 % of the requests/s; with two workers there was no
// difference.
#pragma once

#include "wampfcgi/core/event_registration.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <optional>
#include <utility>

namespace wampfcgi::fcgi {

class shared_listener {
public:
    /// Takes ownership of `fd`, a listening socket, and makes it non-blocking.
    shared_listener(boost::asio::io_context& loop, int fd);
    ~shared_listener() { close(); }
    shared_listener(const shared_listener&) = delete;
    shared_listener& operator=(const shared_listener&) = delete;

    int fd() const noexcept { return fd_; }

    /// Calls `done(error_code)` once there is a connection, which another process may accept first. Pass `as_well` when
    /// this worker may be full: the kernel will not notify another worker later.
    template <class Handler>
    void wait(bool as_well, Handler&& done)
    {
        watch(as_well);
        descriptor_.async_wait(descriptor_.wait_read, std::forward<Handler>(done));
    }

    /// Comes after the other processes, if it waits: the kernel wakes them in the order in which they began to watch.
    void come_last();

    /// Leaves connections to the other processes until the next wait(), and then comes after them. Call it when no
    /// wait() follows at once: a watched socket that is not waited for would keep the event loop from sleeping.
    void step_back();

    void close();

private:
    void watch(bool as_well);

    int fd_;
    bool as_well_ = false;
    std::optional<event_registration> registration_;
    boost::asio::posix::basic_stream_descriptor<boost::asio::io_context::executor_type> descriptor_;
};

}  // namespace wampfcgi::fcgi
