// Owns the signatures of the services with one `timestamp_delta_limit`, in two files. When to try again, where another
// process has locked one, is decided elsewhere.
#pragma once

#include "store/presence.hpp"
#include "store/signature_file.hpp"
#include "wampfcgi/bridge/store.hpp"
#include "wampfcgi/core/result.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace wampfcgi::store {

/// What one process remembers is known to every other at once, and stays when processes end, in whatever way. To be
/// opened behind a fork: locks belong to who opens.
class signatures {
public:
    /// Opens the files in `folder`, creating it and them where they are missing. `share` is the most signatures of a
    /// key in a window of twice the limit, which is more than 0. Throws std::runtime_error when folder or files cannot
    /// be opened or created, or others than the effective user may have a hand in them.
    signatures(const std::string& folder, std::chrono::seconds delta_limit, std::uint64_t share, clock now);
    signatures(const signatures&) = delete;
    signatures& operator=(const signatures&) = delete;

    /// As bridge::store::remember(), at once. Nothing comes back where another process holds the lock.
    std::optional<result<void>> try_to_remember(bridge::key_id key, const bridge::signature_bytes& signature,
                                                bridge::store::instant until);

    /// How many are remembered, by all processes.
    std::uint64_t count() const noexcept;

    /// Which files are locked, for the log.
    std::string place() const { return folder_ + "/" + name_ + "*"; }

private:
    std::string folder_;
    std::string name_;
    std::int64_t window_;
    clock now_;
    presence used_;
    // Windows of expiry are numbered from 1970 on. Only the present one and the next can have live signatures: those of
    // even and of odd number have a file each, which is emptied when a later number comes.
    std::array<signature_file, 2> by_parity_;
};

}  // namespace wampfcgi::store
