// Owns how an amount of memory is written in messages.
#pragma once

#include <cstdint>
#include <string>

namespace wampfcgi {

/// "64 MiB", or "1000 bytes" if that is no multiple of a MiB.
inline std::string size_in_words(std::uint64_t bytes)
{
    constexpr std::uint64_t mib = 1024 * 1024;
    return bytes % mib == 0 ? std::to_string(bytes / mib) + " MiB" : std::to_string(bytes) + " bytes";
}

}  // namespace wampfcgi
