// Owns the mutual exclusion of processes that have opened the same file.
#pragma once

namespace wampfcgi::store {

/// Held until it is destroyed, or the process has ended: the kernel then lets go of it. `fd` must stay open meanwhile,
/// and must have been opened by this process, since a lock is shared with whoever inherits the descriptor.
class lock {
public:
    /// Does not wait for a holder, but lets one that needs a few microseconds more have them; failing is told by
    /// held(). Throws std::system_error where the file cannot be locked at all.
    explicit lock(int fd);
    ~lock();
    lock(const lock&) = delete;
    lock& operator=(const lock&) = delete;

    bool held() const noexcept { return fd_ >= 0; }

private:
    int fd_;
};

}  // namespace wampfcgi::store
