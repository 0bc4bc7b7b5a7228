// Owns what all reading from connections without waiting shares.
#pragma once

#include <array>
#include <cerrno>

namespace wampfcgi::fcgi {

/// One event loop a process: what is looked at in it is used up before the next connection has its turn.
inline std::array<char, 64 * 1024>& look_ahead()
{
    static std::array<char, 64 * 1024> bytes;
    return bytes;
}

/// Whether the call that has just failed would have had to wait.
inline bool would_block() noexcept
{
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

}  // namespace wampfcgi::fcgi
