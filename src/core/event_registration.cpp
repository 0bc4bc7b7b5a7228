#include "wampfcgi/core/event_registration.hpp"

#include <cerrno>
#include <cstddef>
#include <vector>

namespace {

using wampfcgi::event_registration;

/// By descriptor: each connection that is kept has one.
constinit std::vector<event_registration*> all_kept;

event_registration* find_kept(int fd)
{
    const auto place = static_cast<std::size_t>(fd);
    return place < all_kept.size() ? all_kept[place] : nullptr;
}

}  // namespace

extern "C" {

int __real_epoll_ctl(int epoll_fd, int operation, int fd, epoll_event* event);
int __wrap_epoll_ctl(int epoll_fd, int operation, int fd, epoll_event* event);

int __wrap_epoll_ctl(int epoll_fd, int operation, int fd, epoll_event* event)
{
    event_registration* const kept = find_kept(fd);
    if (kept == nullptr || operation == EPOLL_CTL_DEL)
        return __real_epoll_ctl(epoll_fd, operation, fd, event);
    return kept->control(epoll_fd, operation, *event);
}
}

namespace wampfcgi {

event_registration::event_registration(int fd, std::uint32_t events) : fd_(fd), events_(events)
{
    const auto place = static_cast<std::size_t>(fd);
    if (all_kept.size() <= place)
        all_kept.resize(place + 1);
    all_kept[place] = this;
}

event_registration::~event_registration()
{
    all_kept[static_cast<std::size_t>(fd_)] = nullptr;
}

void event_registration::restore()
{
    if (!has_begun_)
        return;
    has_begun_ = false;
    __real_epoll_ctl(epoll_fd_, EPOLL_CTL_MOD, fd_, &of_asio_);
}

void event_registration::renew()
{
    if (!has_begun_)
        return;
    __real_epoll_ctl(epoll_fd_, EPOLL_CTL_DEL, fd_, nullptr);
    has_begun_ = false;
    control(epoll_fd_, EPOLL_CTL_ADD, of_asio_);
}

// Asio registers a descriptor again by EPOLL_CTL_MOD. That is not allowed for an exclusive one, and not needed for a
// level-triggered one.
int event_registration::control(int epoll_fd, int operation, const epoll_event& wanted)
{
    epoll_fd_ = epoll_fd;
    of_asio_ = wanted;
    if (has_begun_ && operation == EPOLL_CTL_MOD)
        return 0;
    epoll_event own = wanted;
    own.events = events_;
    int status = __real_epoll_ctl(epoll_fd, operation, fd_, &own);
    if (status != 0 && errno == EINVAL) {
        own.events &= ~std::uint32_t{EPOLLEXCLUSIVE};
        status = __real_epoll_ctl(epoll_fd, operation, fd_, &own);
    }
    has_begun_ = status == 0;
    return status;
}

}  // namespace wampfcgi
