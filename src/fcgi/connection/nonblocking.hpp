// Owns helpers for non-blocking reads from connections.
#pragma once

#include <array>
#include <cerrno>

namespace wampfcgi::fcgi {

/// One buffer for all: a process has one event loop, and each connection uses up what it read before the next one's
/// turn.
inline std::array<char, 64 * 1024>& look_ahead()
{
    static std::array<char, 64 * 1024> bytes;
    return bytes;
}

/// True when the call that just failed would have blocked.
inline bool would_block() noexcept
{
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

}  // namespace wampfcgi::fcgi
