// Owns which publications a stream of events had last.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace wampfcgi::bridge {

/// A stream whose topics overlap gets an event once for each of them, and nothing says that they come one behind the
/// other.
class recent_publications {
public:
    /// False where it was there.
    bool add(std::uint64_t id)
    {
        if (std::ranges::find(ids_, id) != ids_.end())
            return false;
        ids_[next_++ % ids_.size()] = id;
        return true;
    }

private:
    std::array<std::uint64_t, 128> ids_{};  // 0 is no publication's
    std::size_t next_ = 0;
};

}  // namespace wampfcgi::bridge
