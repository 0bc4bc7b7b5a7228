// Owns capturing standard error.
#pragma once

#include <boost/test/unit_test.hpp>

#include <array>
#include <cstddef>
#include <functional>
#include <string>

#include <fcntl.h>
#include <unistd.h>

namespace wampfcgi {

/// What `action` writes to standard error, which must fit into a pipe.
inline std::string written_by(const std::function<void()>& action)
{
    std::array<int, 2> pipe_ends{};
    BOOST_REQUIRE(::pipe(pipe_ends.data()) == 0);
    const int saved = ::dup(STDERR_FILENO);
    ::dup2(pipe_ends[1], STDERR_FILENO);
    action();
    ::dup2(saved, STDERR_FILENO);
    ::close(saved);
    ::close(pipe_ends[1]);
    ::fcntl(pipe_ends[0], F_SETFL, O_NONBLOCK);  // the log may still have it open
    std::string text;
    std::array<char, 4096> buffer{};
    for (ssize_t n = 0; (n = ::read(pipe_ends[0], buffer.data(), buffer.size())) > 0;)
        text.append(buffer.data(), static_cast<std::size_t>(n));
    ::close(pipe_ends[0]);
    return text;
}

}  // namespace wampfcgi
