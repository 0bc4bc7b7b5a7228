// Owns one file of signatures: those that expire in one window, the generation. Which that is, the caller says.
#pragma once

#include "handle.hpp"
#include "layout.hpp"
#include "wampfcgi/bridge/replay_guard.hpp"
#include "wampfcgi/core/result.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace wampfcgi::replay {

/// When a signature is remembered. Times are microseconds since 1970.
struct occasion {
    std::int64_t generation;     ///< the window in which it expires
    std::int64_t expires_at;     ///< the last instant at which it is fresh
    std::int64_t latest_expiry;  ///< of all that can have been accepted until now, if the clock was right
};

class store {
public:
    /// Opens or creates the file `name` in `folder`. Throws std::runtime_error.
    store(std::string folder, std::string name);

    /// As replay_guard::remember(); `capacity` is the most signatures of a generation.
    result<void> remember(const bridge::signature_bytes& signature, const occasion& when, std::uint64_t capacity);

private:
    std::optional<result<void>> try_to_remember(const bridge::signature_bytes& signature, const occasion& when,
                                                std::uint64_t capacity);
    result<void> remember_in(header& head, const bridge::signature_bytes& signature, const occasion& when,
                             std::uint64_t capacity);
    result<header> present_header(const occasion& when, std::uint64_t size);
    void note_removal(const occasion& when);
    header begin(std::int64_t generation, std::int64_t refused_until);
    header begin_anew(const std::string& why, const occasion& when);
    std::string path() const { return folder_ + "/" + name_; }

    std::string folder_;
    std::string name_;
    handle file_;
    std::int64_t lost_until_ = never;  // of a file that was removed, and is not replaced yet
};

}  // namespace wampfcgi::replay
