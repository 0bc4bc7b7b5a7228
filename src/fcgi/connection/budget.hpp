// Owns how much of something a worker holds at the same time, all connections together: what one client may have is
// bounded elsewhere, and ten thousand of them have ten thousand times as much.
#pragma once

#include <cstdint>
#include <utility>

namespace wampfcgi::fcgi {

/// Used by one thread; outlives its shares.
class budget {
public:
    explicit budget(std::uint64_t most) : most_(most) {}

    std::uint64_t taken() const noexcept { return taken_; }

    /// What one holder has of a budget; all of it is given back at the end.
    class share {
    public:
        explicit share(budget& of) : of_(of) {}
        ~share() { shrink_to(0); }
        share(const share&) = delete;
        share& operator=(const share&) = delete;

        /// Takes so much more. False, and nothing is taken, when there is not so much left.
        bool grow(std::uint64_t by) noexcept
        {
            if (by > of_.most_ - of_.taken_)
                return false;
            of_.taken_ += by;
            size_ += by;
            return true;
        }

        /// Gives back what is beyond `size`.
        void shrink_to(std::uint64_t size) noexcept
        {
            if (size < size_)
                of_.taken_ -= std::exchange(size_, size) - size;
        }

    private:
        budget& of_;
        std::uint64_t size_ = 0;
    };

private:
    std::uint64_t most_;
    std::uint64_t taken_ = 0;
};

}  // namespace wampfcgi::fcgi
