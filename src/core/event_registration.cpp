#include "wampfcgi/core/event_registration.hpp"

#include <algorithm>
#include <cerrno>
#include <vector>

#include <sys/epoll.h>

namespace {

struct kept_registration {
    int fd;
    std::uint32_t events;
    bool has_begun = false;
    int epoll_fd = -1;
    epoll_event of_asio{};  // what Asio last wanted
};

/// A few: the listening socket, and one for each session.
constinit std::vector<kept_registration> all_kept;

kept_registration* find_kept(int fd)
{
    const auto found = std::ranges::find(all_kept, fd, &kept_registration::fd);
    return found == all_kept.end() ? nullptr : &*found;
}

}  // namespace

extern "C" {

int __real_epoll_ctl(int epoll_fd, int operation, int fd, epoll_event* event);
int __wrap_epoll_ctl(int epoll_fd, int operation, int fd, epoll_event* event);

// Asio registers a descriptor again by EPOLL_CTL_MOD. That is not allowed for an exclusive one, and not needed for a
// level-triggered one.
int __wrap_epoll_ctl(int epoll_fd, int operation, int fd, epoll_event* event)
{
    kept_registration* const kept = find_kept(fd);
    if (kept == nullptr || operation == EPOLL_CTL_DEL)
        return __real_epoll_ctl(epoll_fd, operation, fd, event);
    kept->epoll_fd = epoll_fd;
    kept->of_asio = *event;
    if (kept->has_begun && operation == EPOLL_CTL_MOD)
        return 0;
    epoll_event wanted = *event;
    wanted.events = kept->events;
    int status = __real_epoll_ctl(epoll_fd, operation, fd, &wanted);
    if (status != 0 && errno == EINVAL) {
        wanted.events &= ~std::uint32_t{EPOLLEXCLUSIVE};
        status = __real_epoll_ctl(epoll_fd, operation, fd, &wanted);
    }
    kept->has_begun = status == 0;
    return status;
}
}

namespace wampfcgi {

event_registration::event_registration(int fd, std::uint32_t events) : fd_(fd)
{
    all_kept.push_back({.fd = fd, .events = events});
}

event_registration::~event_registration()
{
    std::erase_if(all_kept, [this](const kept_registration& each) { return each.fd == fd_; });
}

void event_registration::restore()
{
    kept_registration* const kept = find_kept(fd_);
    if (kept == nullptr || !kept->has_begun)
        return;
    kept->has_begun = false;
    __real_epoll_ctl(kept->epoll_fd, EPOLL_CTL_MOD, fd_, &kept->of_asio);
}

}  // namespace wampfcgi
