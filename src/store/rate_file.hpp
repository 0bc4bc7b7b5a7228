// Owns the file of one service's buckets: where it is, what is in it, and which set of it a client belongs to.
#pragma once

#include "store/buckets.hpp"
#include "wampfcgi/core/descriptor.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace wampfcgi::store {

/// Sets in a file, which makes 65,536 buckets and 1 MiB.
inline constexpr std::size_t sets_in_file = 8192;

/// A file that is mapped. What is written is known to all processes that have it open at once.
class rate_file {
public:
    /// Opens the file `name` in `folder`, creating both where they are missing; one that is not like this program's is
    /// put away. Throws std::runtime_error where that cannot be done, or others than the effective user may have a
    /// hand in them.
    rate_file(const std::string& folder, const std::string& name);
    ~rate_file();
    rate_file(rate_file&& other) noexcept;
    rate_file& operator=(rate_file&& other) noexcept;

    /// False when it has been removed: processes that start from now on would use another one.
    bool is_in_place() const noexcept;

    /// Who a client is in this file: nobody can find out another client of the same set.
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
