// Owns the knowledge of whether other processes use the files of a folder. It must survive the removal of the folder:
// who then makes the files anew would else not know that another process has accepted what he does not find there.
#pragma once

#include "wampfcgi/core/descriptor.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace wampfcgi::store {

/// Which file of a file system.
struct file_identity {
    std::uint64_t device = 0;
    std::uint64_t number = 0;
    bool operator==(const file_identity&) const = default;
};

/// That of an open file. Throws std::system_error.
file_identity identity_of(const descriptor& file);

/// A process that uses the files of one limit in a folder, for as long as it lives: locks on a file beside the folder,
/// or in it where there can be none beside it. Frozen processes count, ended ones do not.
class presence {
public:
    presence(std::string folder, std::chrono::seconds limit);

    /// One process at a time can be within.
    class entry {
    public:
        entry(entry&& other) noexcept : fd_(std::exchange(other.fd_, -1)), is_alone_(other.is_alone_) {}
        entry& operator=(entry&&) = delete;
        ~entry();

        /// Whether no other process uses the files.
        bool is_alone() const noexcept { return is_alone_; }

        /// The file of a name that was created last, as far as is known.
        file_identity last_created(const std::string& name) const;
        void note_created(const std::string& name, const file_identity& file) const;

    private:
        friend class presence;
        entry(int fd, bool is_alone) noexcept : fd_(fd), is_alone_(is_alone) {}

        int fd_;
        bool is_alone_;
    };

    /// Counts this process as one that uses the files, and enters, unless another is within. `folder` is the opened
    /// folder. Throws std::runtime_error.
    std::optional<entry> try_enter(const descriptor& folder);

private:
    std::string folder_;
    std::int64_t limit_;
    descriptor file_;
};

}  // namespace wampfcgi::store
