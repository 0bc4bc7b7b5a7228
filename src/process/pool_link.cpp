#include "process/pool_link.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace wampfcgi::process {

namespace {

void write_report(int fd, report what) noexcept
{
    const char byte = static_cast<char>(what);
    while (fd >= 0 && ::write(fd, &byte, 1) < 0 && errno == EINTR) {}
}

}  // namespace

handover_socket::handover_socket()
{
    std::array<int, 2> ends{};
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends.data()) != 0)
        throw std::system_error(errno, std::generic_category(), "cannot make a socket for the workers");
    give_ = descriptor(ends[0]);
    take_ = descriptor(ends[1]);
}

void handover_socket::close_for_all() const noexcept
{
    shutdown(give_.get(), SHUT_WR);
}

std::optional<report_pipes::ends> report_pipes::open() noexcept
{
    std::array<int, 2> both{};
    if (pipe2(both.data(), O_CLOEXEC | O_NONBLOCK) != 0)
        return {};
    return ends{descriptor(both[0]), descriptor(both[1])};
}

void report_pipes::list(std::vector<pollfd>& waited) const
{
    for (const auto& [worker, pipe] : pipes_)
        waited.push_back({pipe.get(), POLLIN, 0});
}

std::vector<report_pipes::received> report_pipes::receive()
{
    std::vector<received> all;
    for (auto each = pipes_.begin(); each != pipes_.end();) {
        std::array<char, 16> bytes{};
        const ssize_t got = ::read(each->second.get(), bytes.data(), bytes.size());
        for (ssize_t i = 0; i < got; ++i)
            all.push_back({each->first, static_cast<report>(bytes[static_cast<std::size_t>(i)])});
        const bool closed = got == 0;
        each = closed ? pipes_.erase(each) : std::next(each);
    }
    return all;
}

void pool_link::tell_ready() const noexcept
{
    write_report(reports, report::ready);
}

void pool_link::ask_for_replacement() const noexcept
{
    write_report(reports, report::replace_me);
}

void pool_link::tell_takes_no_more() const noexcept
{
    write_report(reports, report::takes_no_more);
}

void pool_link::tell_alive() const noexcept
{
    write_report(reports, report::alive);
}

void pool_link::end_giving() const noexcept
{
    shutdown(give, SHUT_WR);
}

}  // namespace wampfcgi::process
