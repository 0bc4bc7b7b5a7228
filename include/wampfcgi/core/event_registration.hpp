// Owns exceptions from how Asio registers descriptors with epoll: edge-triggered, and again by a system call for each
// wait. Asio has no option for that and hides its epoll descriptor, so the linker redirects its calls of epoll_ctl() to
// this file (--wrap in CMakeLists.txt).
#pragma once

#include <cstdint>

#include <sys/epoll.h>

namespace wampfcgi {

/// Keeps a descriptor registered for events of its own choice, level-triggered: a wait then needs no system call, and
/// nothing is missed that was there before it. Use it only from the thread of the event loop, and only for descriptors
/// that are always waited for: otherwise an event that nobody takes keeps the event loop from sleeping.
class event_registration {
public:
    /// Begins with Asio's next call of epoll_ctl() for `fd`. `events` as in epoll_ctl(2); where EPOLLEXCLUSIVE is not
    /// supported, as in some sandboxes, it is left out.
    event_registration(int fd, std::uint32_t events);

    /// Call restore() before, or close the descriptor afterwards, or remove it from Asio's loop.
    ~event_registration();
    event_registration(const event_registration&) = delete;
    event_registration& operator=(const event_registration&) = delete;

    /// Registers the descriptor as Asio last wanted it, as before it waits to write.
    void restore();

    /// Registers the descriptor anew, so that the kernel notifies other processes first.
    void renew();

    /// What the redirected epoll_ctl() does for the descriptor.
    int control(int epoll_fd, int operation, const epoll_event& wanted);

private:
    int fd_;
    std::uint32_t events_;
    bool has_begun_ = false;
    int epoll_fd_ = -1;
    epoll_event of_asio_{};  // what Asio last wanted
};

}  // namespace wampfcgi
