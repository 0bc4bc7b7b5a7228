// Owns the signatures of the services with one `timestamp_delta_limit`, in two files. Callers decide when to retry
// while another process holds a lock.
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

/// What one process remembers is visible to all others at once, and survives the end of processes, however they end.
/// Open it after fork, because locks belong to the process that opened the file.
class signatures {
public:
    /// Opens the files in `folder`; creates folder and files when missing. `share` is the most signatures of a key in a
    /// window of twice the limit, which must be more than 0. Throws std::runtime_error when folder or files cannot be
    /// opened or created, or when other users have access to them.
    signatures(const std::string& folder, std::chrono::seconds delta_limit, std::uint64_t share, clock now);
    signatures(const signatures&) = delete;
    signatures& operator=(const signatures&) = delete;

    /// Like bridge::store::remember(), but at once. Returns nothing when another process holds the lock.
    std::optional<result<void>> try_to_remember(bridge::key_id key, const bridge::signature_bytes& signature,
                                                bridge::store::instant until);

    /// The number of signatures remembered, by all processes.
    std::uint64_t count() const noexcept;

    /// The files that are locked, for the log.
    std::string place() const { return folder_ + "/" + name_ + "*"; }

private:
    std::string folder_;
    std::string name_;
    std::int64_t window_;
    clock now_;
    presence used_;
    // Windows of expiry are numbered from 1970 on. Only the current and the next can have live signatures. Even and odd
    // windows have a file each, which is emptied for a later window.
    std::array<signature_file, 2> by_parity_;
};

}  // namespace wampfcgi::store
