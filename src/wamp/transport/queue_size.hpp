// Owns the number of bytes that a channel has queued.
#pragma once

#include "wampfcgi/bridge/meter.hpp"

#include <cstddef>

namespace wampfcgi::wamp {

/// Also counted in a cell, if there is one.
class queue_size {
public:
    explicit queue_size(bridge::cell* also) : also_(also) {}
    ~queue_size() { subtract(bytes_); }
    queue_size(const queue_size&) = delete;
    queue_size& operator=(const queue_size&) = delete;

    void add(std::size_t bytes) noexcept
    {
        bytes_ += bytes;
        if (also_ != nullptr)
            also_->add(bytes);
    }
    void subtract(std::size_t bytes) noexcept
    {
        bytes_ -= bytes;
        if (also_ != nullptr)
            also_->subtract(bytes);
    }
    std::size_t bytes() const noexcept { return bytes_; }

private:
    bridge::cell* also_;
    std::size_t bytes_ = 0;
};

}  // namespace wampfcgi::wamp
