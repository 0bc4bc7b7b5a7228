#include "fcgi/spool.hpp"

#include <sys/mman.h>
#include <unistd.h>

namespace wampfcgi::fcgi {

bool spool::open()
{
    close();
    fd_ = ::memfd_create("wamp-fcgi", MFD_CLOEXEC);
    return fd_ >= 0;
}

void spool::close()
{
    if (fd_ >= 0)
        ::close(fd_);
    fd_ = -1;
    size_ = 0;
}

bool spool::append(std::string_view bytes)
{
    while (!bytes.empty()) {
        // Written at its own place: the descriptor's position is the reader's.
        const ssize_t written = ::pwrite(fd_, bytes.data(), bytes.size(), static_cast<off_t>(size_));
        if (written <= 0)
            return false;
        size_ += static_cast<std::size_t>(written);
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

}  // namespace wampfcgi::fcgi
