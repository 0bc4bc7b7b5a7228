// Owns reading numbers in network byte order, as MessagePack has them.
#pragma once

#include <cstdint>
#include <string_view>

namespace wampfcgi {

/// The number that up to 8 bytes hold, the most significant one first.
constexpr std::uint64_t big_endian(std::string_view bytes) noexcept
{
    std::uint64_t value = 0;
    for (const char each : bytes)
        value = value << 8 | static_cast<std::uint8_t>(each);
    return value;
}

}  // namespace wampfcgi
