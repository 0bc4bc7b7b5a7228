// Owns the memory of signed requests that all processes of a user share: files in a folder of theirs alone.
#pragma once

#include "wampfcgi/bridge/replay_guard.hpp"
#include "wampfcgi/core/result.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace wampfcgi::replay {

class store;

/// Where the files are: `configured`, or, where that is empty, the first folder in the environment's STATE_DIRECTORY
/// (systemd sets it), or "/dev/shm/wamp-fcgi-UID" of the effective user.
std::string find_folder(const std::string& configured);

/// The signatures of the services with one `timestamp_delta_limit`. What one process remembers is known to every other
/// at once, and stays when processes end, in whatever way. To be opened behind a fork: locks belong to who opens.
class memory final : public bridge::replay_guard {
public:
    /// Opens the files in `folder`, creating it and them where they are missing. `delta_limit` is more than 0;
    /// `capacity` is the most signatures that are remembered in a window of twice that. Throws std::runtime_error when
    /// folder or files are missing and cannot be created, or others than the effective user may have a hand in them.
    memory(const std::string& folder, std::chrono::seconds delta_limit, std::uint64_t capacity);
    ~memory() override;

    result<void> remember(const bridge::signature_bytes& signature, instant expires_at, instant now) override;

private:
    std::chrono::microseconds window_;
    std::uint64_t capacity_;
    // Windows of expiry are numbered from 1970 on. Only the present one and the next can have live signatures: those of
    // even and of odd number have a file each, which is emptied when a later number comes.
    std::array<std::unique_ptr<store>, 2> by_parity_;
};

}  // namespace wampfcgi::replay
