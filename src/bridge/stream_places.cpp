#include "bridge/stream_places.hpp"

#include "wampfcgi/checks/address.hpp"

#include <algorithm>

namespace wampfcgi::bridge {
namespace {

constexpr std::size_t network_bytes = 8;

ip_address counted_as(std::string_view remote_addr)
{
    ip_address address = checks::parse_address(remote_addr).value_or(ip_address{});
    constexpr ip_address ipv4_mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
    if (!std::equal(address.begin(), address.begin() + 12, ipv4_mapped.begin()))
        std::fill(address.begin() + network_bytes, address.end(), std::uint8_t{0});
    return address;
}

}  // namespace

stream_places::place::~place()
{
    if (among_ == nullptr)
        return;
    const auto found = among_->taken_.find(address_);
    if (--found->second == 0)
        among_->taken_.erase(found);
}

stream_places::place stream_places::take(std::string_view remote_addr)
{
    const ip_address address = counted_as(remote_addr);
    std::size_t& taken = taken_[address];
    if (most_ != 0 && taken >= most_)
        return {};
    ++taken;
    return {*this, address};
}

}  // namespace wampfcgi::bridge
