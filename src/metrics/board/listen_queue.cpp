#include "metrics/board/listen_queue.hpp"

#include "wampfcgi/core/descriptor.hpp"

#include <array>
#include <cstddef>
#include <cstring>

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>

namespace wampfcgi::metrics {
namespace {

/// For a listening socket, Linux returns both in fields meant for connections.
std::optional<listen_queue> tcp_queue(int fd) noexcept
{
    tcp_info info{};
    socklen_t size = sizeof info;
    if (::getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0 || info.tcpi_state != TCP_LISTEN)
        return {};
    return listen_queue{info.tcpi_unacked, info.tcpi_sacked};
}

struct diag_request {
    nlmsghdr header;
    unix_diag_req wanted;
};

diag_request request_for(ino_t inode) noexcept
{
    diag_request made{};
    made.header.nlmsg_len = sizeof made;
    made.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
    made.header.nlmsg_flags = NLM_F_REQUEST;
    made.wanted.sdiag_family = AF_UNIX;
    made.wanted.udiag_states = ~0U;
    made.wanted.udiag_ino = static_cast<__u32>(inode);
    made.wanted.udiag_show = UDIAG_SHOW_RQLEN;
    made.wanted.udiag_cookie[0] = ~0U;
    made.wanted.udiag_cookie[1] = ~0U;
    return made;
}

std::optional<listen_queue> queue_in(const char* answer, std::size_t size) noexcept
{
    nlmsghdr header{};
    if (size < NLMSG_LENGTH(sizeof(unix_diag_msg)))
        return {};
    std::memcpy(&header, answer, sizeof header);
    if (header.nlmsg_type != SOCK_DIAG_BY_FAMILY || header.nlmsg_len > size)
        return {};
    std::size_t at = NLMSG_LENGTH(sizeof(unix_diag_msg));
    while (at + sizeof(rtattr) <= header.nlmsg_len) {
        rtattr attribute{};
        std::memcpy(&attribute, answer + at, sizeof attribute);
        unix_diag_rqlen length{};
        if (attribute.rta_type == UNIX_DIAG_RQLEN && at + RTA_LENGTH(sizeof length) <= header.nlmsg_len) {
            std::memcpy(&length, answer + at + RTA_LENGTH(0), sizeof length);
            return listen_queue{length.udiag_rqueue, length.udiag_wqueue};
        }
        if (attribute.rta_len < sizeof attribute)
            return {};
        at += RTA_ALIGN(attribute.rta_len);
    }
    return {};
}

std::optional<listen_queue> unix_queue(int fd) noexcept
{
    struct stat facts {};
    if (::fstat(fd, &facts) != 0)
        return {};
    const descriptor asked(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_SOCK_DIAG));
    const diag_request request = request_for(facts.st_ino);
    if (asked.get() < 0 || ::send(asked.get(), &request, sizeof request, 0) != sizeof request)
        return {};
    std::array<char, 4096> answer{};  // the kernel has answered before send() returns
    const ssize_t got = ::recv(asked.get(), answer.data(), answer.size(), 0);
    return got > 0 ? queue_in(answer.data(), static_cast<std::size_t>(got)) : std::nullopt;
}

}  // namespace

std::optional<listen_queue> queue_of(int listen_fd) noexcept
{
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    if (listen_fd < 0 || ::getsockname(listen_fd, reinterpret_cast<sockaddr*>(&address), &size) != 0)
        return {};
    return address.ss_family == AF_UNIX ? unix_queue(listen_fd) : tcp_queue(listen_fd);
}

}  // namespace wampfcgi::metrics
