// Owns the mutual exclusion of processes that have opened the same file or folder.
#pragma once

namespace wampfcgi::replay {

/// Held until it is destroyed, or the process has ended: the kernel then lets go of it. `fd` must stay open meanwhile,
/// and must have been opened by this process, since a lock is shared with whoever inherits the descriptor.
class lock {
public:
    /// Waits, but not for ever, for the holder may be stopped; failing is told by held().
    explicit lock(int fd) noexcept;
    ~lock();
    lock(const lock&) = delete;
    lock& operator=(const lock&) = delete;

    bool held() const noexcept { return fd_ >= 0; }

private:
    int fd_;
};

}  // namespace wampfcgi::replay
