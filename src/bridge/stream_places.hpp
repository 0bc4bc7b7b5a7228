// Owns the limit on open streams of a service for one client address.
#pragma once

#include "wampfcgi/core/network.hpp"

#include <cstddef>
#include <map>
#include <string_view>
#include <utility>

namespace wampfcgi::bridge {

/// Must outlive its places.
class stream_places {
public:
    /// 0: no limit.
    explicit stream_places(std::size_t most_per_address) : most_(most_per_address) {}

    /// The place of one stream; freed when destroyed.
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

    /// Takes a place; an empty one when the address has none left. The addresses of an IPv6 /64 network share their
    /// places, because one client usually has all of them. Addresses that cannot be parsed share theirs too.
    place take(std::string_view remote_addr);

private:
    std::size_t most_;
    std::map<ip_address, std::size_t> taken_;
};

}  // namespace wampfcgi::bridge
