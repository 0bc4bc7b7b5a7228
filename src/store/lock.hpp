// Owns mutual exclusion between processes that have opened the same file.
#pragma once

namespace wampfcgi::store {

/// A lock, released when destroyed, or by the kernel when the process ends. `fd` must stay open meanwhile. This process
/// must have opened it, because a lock is shared with processes that inherit the descriptor.
class lock {
public:
    /// Tries to lock, yielding for a few microseconds; held() tells whether it succeeded. Throws std::system_error when
    /// the file cannot be locked at all.
    explicit lock(int fd);
    ~lock();
    lock(const lock&) = delete;
    lock& operator=(const lock&) = delete;

    bool held() const noexcept { return fd_ >= 0; }

private:
    int fd_;
};

}  // namespace wampfcgi::store
