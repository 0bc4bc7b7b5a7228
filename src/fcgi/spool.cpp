#include "fcgi/spool.hpp"

#include <utility>

#include <sys/mman.h>
#include <unistd.h>

namespace wampfcgi::fcgi {

void spool::close()
{
    if (fd_ >= 0)
        ::close(fd_);
    fd_ = -1;
    size_ = 0;
    text_ = {};
}

bool spool::append(std::string_view bytes)
{
    if (fd_ < 0 && text_.size() + bytes.size() <= most_without_file) {
        text_ += bytes;
        return true;
    }
    if (fd() < 0)
        return false;
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

int spool::fd()
{
    if (fd_ >= 0)
        return fd_;
    fd_ = ::memfd_create("wamp-fcgi", MFD_CLOEXEC);
    size_ = 0;
    if (fd_ >= 0 && !append(std::exchange(text_, {})))
        close();
    return fd_;
}

}  // namespace wampfcgi::fcgi
