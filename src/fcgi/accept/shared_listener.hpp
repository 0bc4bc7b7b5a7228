// Owns waiting for connections at a socket at which other processes wait as well. A connection wakes one of those that
// have nothing else to do, and not all of them (EPOLLEXCLUSIVE in epoll_ctl(2)). Asio cannot be asked for that and
// hides its epoll descriptor, so the linker hands what Asio tells epoll_ctl() to this file (--wrap in CMakeLists.txt).
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <utility>

namespace wampfcgi::fcgi {

/// One in a process.
class shared_listener {
public:
    /// Takes over `fd`, a listening socket, and makes that it does not block.
    shared_listener(boost::asio::io_context& loop, int fd);
    ~shared_listener() { close(); }
    shared_listener(const shared_listener&) = delete;
    shared_listener& operator=(const shared_listener&) = delete;

    int fd() const noexcept { return fd_; }

    /// Calls `done(error_code)` once there is a connection, which another process may have taken meanwhile. One that
    /// may not be able to take it asks for another process to be woken `as_well`, for nobody tells that one later.
    template <class Handler>
    void wait(bool as_well, Handler&& done)
    {
        watch(as_well);
        descriptor_.async_wait(descriptor_.wait_read, std::forward<Handler>(done));
    }

    /// Leaves connections to the other processes until the next wait(), and lets those come first from then on. To be
    /// called where no wait() follows at once, for what is not waited for would keep the event loop from sleeping.
    void step_back();

    void close();

private:
    void watch(bool as_well);

    int fd_;
    bool as_well_ = false;
    boost::asio::posix::stream_descriptor descriptor_;
};

}  // namespace wampfcgi::fcgi
