// Owns the ids of a stream's latest publications, to detect duplicates.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace wampfcgi::bridge {

/// A stream with overlapping topics receives an event once for each matching topic, not necessarily in succession.
class recent_publications {
public:
    /// Returns false when the id is already known.
    bool add(std::uint64_t id)
    {
        if (std::ranges::find(ids_, id) != ids_.end())
            return false;
        ids_[next_++ % ids_.size()] = id;
        return true;
    }

private:
    std::array<std::uint64_t, 128> ids_{};  // 0 is not a valid publication id
    std::size_t next_ = 0;
};

}  // namespace wampfcgi::bridge
