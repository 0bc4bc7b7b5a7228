// Owns a limit on a worker's memory for one purpose, over all connections. Limits for one client are elsewhere, but ten
// thousand clients need ten thousand times as much.
#pragma once

#include <cstdint>
#include <utility>

namespace wampfcgi::fcgi {

/// Used by one thread; must outlive its shares.
class budget {
public:
    explicit budget(std::uint64_t most) : most_(most) {}

    std::uint64_t most() const noexcept { return most_; }
    std::uint64_t taken() const noexcept { return taken_; }

    /// The part of a budget that one holder uses; returned when destroyed.
    class share {
    public:
        explicit share(budget& of) : of_(of) {}
        ~share() { shrink_to(0); }
        share(const share&) = delete;
        share& operator=(const share&) = delete;

        /// Takes `by` more. Returns false, and takes nothing, when less is left.
        bool grow(std::uint64_t by) noexcept
        {
            if (by > of_.most_ - of_.taken_)
                return false;
            of_.taken_ += by;
            size_ += by;
            return true;
        }

        /// Returns what exceeds `size`.
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
