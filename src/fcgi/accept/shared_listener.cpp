#include "fcgi/accept/shared_listener.hpp"

#include <fcntl.h>
#include <sys/epoll.h>
#include <unistd.h>

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
    registration_.emplace(fd_, as_well ? EPOLLIN : EPOLLIN | EPOLLEXCLUSIVE);
    descriptor_.assign(fd_);
}

void shared_listener::come_last()
{
    if (registration_)
        registration_->renew();
}

void shared_listener::step_back()
{
    if (descriptor_.is_open())
        descriptor_.release();
    registration_.reset();
}

// Closing alone would not end the events: other processes keep the socket open.
void shared_listener::close()
{
    step_back();
    if (fd_ >= 0)
        ::close(std::exchange(fd_, -1));
}

}  // namespace wampfcgi::fcgi
