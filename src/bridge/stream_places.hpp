// Owns how many streams a service may have open for one client address, and how many there are.
#pragma once

#include "wampfcgi/core/network.hpp"

#include <cstddef>
#include <map>
#include <string_view>
#include <utility>

namespace wampfcgi::bridge {

/// Outlives its places.
class stream_places {
public:
    /// 0: any number.
    explicit stream_places(std::size_t most_per_address) : most_(most_per_address) {}

    /// One stream's place, until it is dropped.
    class place {
    public:
        place() = default;
        place(place&& other) noexcept : among_(std::exchange(other.among_, nullptr)), address_(other.address_) {}
        place& operator=(place&& other) noexcept
        {
            std::swap(among_, other.among_);
            std::swap(address_, other.address_);
            return *this;
        }
        ~place();

        explicit operator bool() const noexcept { return among_ != nullptr; }

    private:
        friend class stream_places;
        place(stream_places& among, const ip_address& address) : among_(&among), address_(address) {}

        stream_places* among_ = nullptr;
        ip_address address_{};
    };

    /// A place for one more; none when the address has all of its own. Addresses of one IPv6 network of 64 bits count
    /// as one: whoever has one of them has them all. So do those that cannot be read.
    place take(std::string_view remote_addr);

private:
    std::size_t most_;
    std::map<ip_address, std::size_t> taken_;
};

}  // namespace wampfcgi::bridge
