// Owns an open file or folder: closes it in the end.
#pragma once

#include <unistd.h>
#include <utility>

namespace wampfcgi::store {

/// Closed when it is destroyed; -1: none.
class handle {
public:
    explicit handle(int fd = -1) noexcept : fd_(fd) {}
    handle(handle&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    handle& operator=(handle&& other) noexcept
    {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~handle()
    {
        if (fd_ >= 0)
            close(fd_);
    }

    int get() const noexcept { return fd_; }

private:
    int fd_;
};

}  // namespace wampfcgi::store
