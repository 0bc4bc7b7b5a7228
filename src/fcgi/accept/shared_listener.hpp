// Owns waiting for connections on a socket that several processes share. A connection wakes one idle process, not all
// of them (EPOLLEXCLUSIVE in epoll_ctl(2)). Asio has no option for that and hides its epoll descriptor, so the linker
// redirects Asio's calls of epoll_ctl() to this file (--wrap in CMakeLists.txt).
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <utility>

namespace wampfcgi::fcgi {

/// Only one may exist in a process.
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

    /// Leaves connections to the other processes until the next wait(), and then comes after them. Call it when no
    /// wait() follows at once: a watched socket that is not waited for would keep the event loop from sleeping.
    void step_back();

    void close();

private:
    void watch(bool as_well);

    int fd_;
    bool as_well_ = false;
    boost::asio::posix::basic_stream_descriptor<boost::asio::io_context::executor_type> descriptor_;
};

}  // namespace wampfcgi::fcgi
