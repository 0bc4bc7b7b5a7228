#include "bridge/stream_places.hpp"

#include "wampfcgi/checks/address.hpp"

namespace wampfcgi::bridge {
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
    const ip_address address = checks::counted_address(remote_addr);
    std::size_t& taken = taken_[address];
    if (most_ != 0 && taken >= most_)
        return {};
    ++taken;
    return {*this, address};
}

}  // namespace wampfcgi::bridge
