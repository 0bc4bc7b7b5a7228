// Owns one file of signatures: those that expire in one window, its generation. The caller chooses the window.
#pragma once

#include "store/layout.hpp"
#include "store/presence.hpp"
#include "wampfcgi/bridge/store.hpp"
#include "wampfcgi/core/descriptor.hpp"
#include "wampfcgi/core/result.hpp"
#include "wampfcgi/store/local.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace wampfcgi::store {

/// The number of the window that contains an instant, also before 1970. Times are microseconds.
std::int64_t window_of(std::int64_t when, std::int64_t window) noexcept;

/// A signature to remember. Times are microseconds since 1970.
struct new_signature {
    bridge::key_id key;
    const bridge::signature_bytes& signature;
    std::int64_t expires_at;  ///< the last instant at which it is fresh
};

class signature_file {
public:
    /// For the file `name` in `folder`. `window` is in microseconds; `share` is the most signatures of a key in one
    /// window.
    signature_file(std::string folder, std::string name, presence& used, std::int64_t window, std::uint64_t share,
                   const clock& now);

    /// Opens or creates the file in the open `folder`. Throws std::runtime_error.
    void open(const descriptor& folder, const presence::entry& within);

    /// Like bridge::store::remember(). Returns nothing when another process holds the lock.
    std::optional<result<void>> try_to_remember(const new_signature& what);

    /// The number of its signatures in the window `present` or later, as far as it can be read without the lock.
    std::uint64_t count_live(std::int64_t present) const noexcept;

private:
    enum class obstacle { removed, busy };
    struct attempt;

    /// A file that was removed and not replaced yet.
    struct removal {
        header lost;  ///< only `lost_all` is used
        file_identity file;
        bool is_complete;  ///< everything accepted in the file is included
    };

    bool try_to_open();
    attempt try_here(const new_signature& what);
    result<void> remember_at(const new_signature& what, std::int64_t now, std::uint64_t size);
    result<void> turn_to(first_page& page, std::int64_t generation, std::int64_t now, std::uint64_t size);
    result<void> remember_in(first_page& page, const new_signature& what);
    void begin(first_page& page, std::int64_t generation) const;
    void write_header(header& head) const;
    void discard(header& head) const;
    void add_removed(header& head) const;
    void note_removal(bool is_locked, std::int64_t now);
    std::string blank(const presence::entry& within) const;
    std::int64_t present() const;
    lost_range window_number(std::int64_t generation) const noexcept;
    std::string path() const { return folder_ + "/" + name_; }

    std::string folder_;
    std::string name_;
    presence& used_;
    std::int64_t window_;
    std::uint64_t share_;
    const clock& now_;
    descriptor file_;
    std::optional<removal> removed_;
};

}  // namespace wampfcgi::store
