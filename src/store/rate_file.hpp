// Owns the file with one service's buckets: its place and content, and which set a client belongs to.
#pragma once

#include "store/buckets.hpp"
#include "wampfcgi/core/descriptor.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace wampfcgi::store {

/// The number of sets in a file, for 65,536 buckets in 1 MiB.
inline constexpr std::size_t sets_in_file = 8192;

/// A mapped file. All processes that have it open see a write at once.
class rate_file {
public:
    /// Opens the file `name` in `folder`; creates both when missing. Replaces a file of another format. Throws
    /// std::runtime_error when that fails, or when other users have access to them.
    rate_file(const std::string& folder, const std::string& name);
    ~rate_file();
    rate_file(rate_file&& other) noexcept;
    rate_file& operator=(rate_file&& other) noexcept;

    /// Returns false when the file has been removed: processes that start now would use a new one.
    bool is_in_place() const noexcept;

    /// A client's place in this file. Clients cannot find out which others share their set.
    struct position {
        bucket_set& set;
        std::uint64_t tag;  ///< not 0
    };
    position position_of(std::string_view client) const;

private:
    class keyed_hash;
    struct content;
    struct unmap {
        void operator()(content* memory) const noexcept;
    };

    descriptor file_;
    std::unique_ptr<content, unmap> content_;
    std::unique_ptr<keyed_hash> hash_;
};

}  // namespace wampfcgi::store
