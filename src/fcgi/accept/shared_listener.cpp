#include "fcgi/accept/shared_listener.hpp"

#include <cerrno>
#include <cstdint>

#include <fcntl.h>
#include <sys/epoll.h>
#include <unistd.h>

namespace {

int listening_fd = -1;
std::uint32_t listening_events = 0;

}  // namespace

extern "C" {

int __real_epoll_ctl(int epoll_fd, int operation, int fd, epoll_event* event);
int __wrap_epoll_ctl(int epoll_fd, int operation, int fd, epoll_event* event);

// Asio uses edge-triggered events, and re-arms each with EPOLL_CTL_MOD. That is not allowed for an exclusive
// descriptor, and not needed for a level-triggered one.
int __wrap_epoll_ctl(int epoll_fd, int operation, int fd, epoll_event* event)
{
    if (fd != listening_fd || operation == EPOLL_CTL_DEL)
        return __real_epoll_ctl(epoll_fd, operation, fd, event);
    if (operation == EPOLL_CTL_MOD)
        return 0;
    epoll_event wanted = *event;
    wanted.events = listening_events;
    if (__real_epoll_ctl(epoll_fd, operation, fd, &wanted) == 0)
        return 0;
    if (errno != EINVAL)
        return -1;
    wanted.events = EPOLLIN;  // some sandboxes do not support EPOLLEXCLUSIVE
    return __real_epoll_ctl(epoll_fd, operation, fd, &wanted);
}
}

namespace wampfcgi::fcgi {

shared_listener::shared_listener(boost::asio::io_context& loop, int fd) : fd_(fd), descriptor_(loop)
{
    ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
}

void shared_listener::watch(bool as_well)
{
    if (descriptor_.is_open() && as_well == as_well_)
        return;
    step_back();
    as_well_ = as_well;
    listening_fd = fd_;
    listening_events = as_well ? EPOLLIN : EPOLLIN | EPOLLEXCLUSIVE;
    descriptor_.assign(fd_);
}

// The kernel wakes processes in the order in which they began to watch, so the next wait() joins the end of the queue.
void shared_listener::step_back()
{
    if (descriptor_.is_open())
        descriptor_.release();
}

// Closing alone would not end the events: other processes keep the socket open.
void shared_listener::close()
{
    step_back();
    listening_fd = -1;
    if (fd_ >= 0)
        ::close(std::exchange(fd_, -1));
}

}  // namespace wampfcgi::fcgi
