// Owns the record of which processes use the files of a folder. It must survive the folder's removal: otherwise a
// process that creates the files anew would not know that another one has accepted signatures it cannot see.
#pragma once

#include "wampfcgi/core/descriptor.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace wampfcgi::store {

/// Identifies a file of a file system.
struct file_identity {
    std::uint64_t device = 0;
    std::uint64_t number = 0;
    bool operator==(const file_identity&) const = default;
};

/// The identity of an open file. Throws std::system_error.
file_identity identity_of(const descriptor& file);

/// Marks that a process uses the files of one limit in a folder, for as long as it lives. Uses locks on a file beside
/// the folder, or in it if it cannot be created beside. A stopped process counts, an ended one does not.
class presence {
public:
    presence(std::string folder, std::chrono::seconds limit);

    /// Exclusive access; one process at a time can have it.
    class entry {
    public:
        entry(entry&& other) noexcept : fd_(std::exchange(other.fd_, -1)), is_alone_(other.is_alone_) {}
        entry& operator=(entry&&) = delete;
        ~entry();

        /// True when no other process uses the files.
        bool is_alone() const noexcept { return is_alone_; }

        /// The latest file created under `name`, as far as is known.
        file_identity last_created(const std::string& name) const;
        void note_created(const std::string& name, const file_identity& file) const;

    private:
        friend class presence;
        entry(int fd, bool is_alone) noexcept : fd_(fd), is_alone_(is_alone) {}

        int fd_;
        bool is_alone_;
    };

    /// Marks this process as a user of the files, and enters, unless another process is within. `folder` is the open
    /// folder. Throws std::runtime_error.
    std::optional<entry> try_enter(const descriptor& folder);

private:
    std::string folder_;
    std::int64_t limit_;
    descriptor file_;
};

}  // namespace wampfcgi::store
