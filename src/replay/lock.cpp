#include "lock.hpp"

#include <cerrno>
#include <chrono>
#include <sched.h>
#include <sys/file.h>
#include <thread>

namespace wampfcgi::replay {
namespace {

// A holder needs a few microseconds, if it has a processor.
constexpr int yields = 50;
// A second in all, counted in tries: a process that is not let run meanwhile has not tried.
constexpr std::chrono::microseconds pause{200};
constexpr int pauses = 5000;

/// There is no flock() with a time limit, and a blocked one would hold up a whole event loop.
bool take(int fd) noexcept
{
    for (int tries = 0; flock(fd, LOCK_EX | LOCK_NB) != 0; ++tries) {
        if ((errno != EWOULDBLOCK && errno != EINTR) || tries >= yields + pauses)
            return false;
        if (tries < yields)
            sched_yield();
        else
            std::this_thread::sleep_for(pause);
    }
    return true;
}

}  // namespace

lock::lock(int fd) noexcept : fd_(take(fd) ? fd : -1) {}

lock::~lock()
{
    if (held())
        flock(fd_, LOCK_UN);
}

}  // namespace wampfcgi::replay
