#include "fcgi/accept/handover.hpp"

#include "wampfcgi/log/log.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <optional>
#include <utility>

#include <sys/socket.h>
#include <unistd.h>

namespace wampfcgi::fcgi {
namespace {

// The socket holds some hundred descriptors. Other workers receive them in less time than this.
constexpr std::chrono::milliseconds pause_when_full{5};

/// A message of one byte that carries one descriptor.
struct envelope {
    envelope()
    {
        message.msg_iov = &part;
        message.msg_iovlen = 1;
        message.msg_control = control.data();
        message.msg_controllen = control.size();
    }
    envelope(const envelope&) = delete;
    envelope& operator=(const envelope&) = delete;

    void put(int fd)
    {
        cmsghdr* const header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof fd);
        std::memcpy(CMSG_DATA(header), &fd, sizeof fd);
    }

    std::optional<int> descriptor()
    {
        const cmsghdr* const header = CMSG_FIRSTHDR(&message);
        if (header == nullptr || header->cmsg_type != SCM_RIGHTS || header->cmsg_len != CMSG_LEN(sizeof(int)))
            return {};
        int fd = -1;
        std::memcpy(&fd, CMSG_DATA(header), sizeof fd);
        return fd;
    }

    char byte = 'c';
    iovec part{&byte, 1};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
    msghdr message{};
};

/// True when the socket is full, because other workers have not received what was sent.
bool is_full(int error)
{
    return error == EAGAIN || error == EWOULDBLOCK || error == ENOBUFS || error == ENOMEM || error == ETOOMANYREFS;
}

}  // namespace

handover::handover(boost::asio::io_context& loop, int give_fd, int take_fd)
    : give_fd_(give_fd),
      take_fd_(take_fd),
      take_(loop),
      again_(loop)
{}

handover::~handover()
{
    stop_taking();
    for (const parcel& each : waiting_)
        ::close(each.fd);
}

void handover::start_taking(std::function<void(int)> taken)
{
    if (take_fd_ < 0)
        return;
    taken_ = std::move(taken);
    take_.assign(take_fd_);
    wait_for_one();
}

// Releases the socket without closing it: other workers share it, and only this worker's event loop must stop watching
// it.
void handover::stop_taking()
{
    if (take_.is_open())
        take_.release();
    taken_ = nullptr;
}

void handover::wait_for_one()
{
    if (!take_.is_open())
        return;
    take_.async_wait(take_.wait_read, [weak = weak_from_this()](boost::system::error_code error) {
        const auto self = weak.lock();
        if (!error && self && self->taken_)
            self->take_one();
    });
}

void handover::take_one()
{
    envelope arrived;
    const ssize_t got = ::recvmsg(take_.native_handle(), &arrived.message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
    if (got == 0)
        return stop_taking();  // the pool is ending
    if (got > 0) {
        if (const auto fd = arrived.descriptor())
            taken_(*fd);
        else
            log::write(log_level::error,
                       "connection lost: no file descriptor left to take it over from another worker");
    }
    wait_for_one();
}

void handover::give(int fd, std::function<void()> done)
{
    waiting_.push_back({fd, std::move(done)});
    if (waiting_.size() == 1)
        send_waiting();
}

void handover::send_waiting()
{
    while (!waiting_.empty()) {
        if (!send(waiting_.front().fd) && is_full(errno)) {
            again_.expires_after(pause_when_full);
            again_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
                const auto self = weak.lock();
                if (!error && self)
                    self->send_waiting();
            });
            return;
        }
        const parcel sent = std::move(waiting_.front());
        waiting_.pop_front();
        ::close(sent.fd);
        sent.done();
    }
}

bool handover::send(int fd) const
{
    if (give_fd_ < 0) {
        errno = EPIPE;
        return false;
    }
    envelope letter;
    letter.put(fd);
    return ::sendmsg(give_fd_, &letter.message, MSG_NOSIGNAL | MSG_DONTWAIT) == 1;
}

}  // namespace wampfcgi::fcgi
