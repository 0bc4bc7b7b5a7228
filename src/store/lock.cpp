#include "store/lock.hpp"

#include <cerrno>
#include <sched.h>
#include <sys/file.h>
#include <system_error>

namespace wampfcgi::store {
namespace {

// A process holds the lock for a few microseconds, when it is scheduled.
constexpr int yields = 20;

bool take(int fd)
{
    for (int tries = 0; flock(fd, LOCK_EX | LOCK_NB) != 0; ++tries) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            throw std::system_error(errno, std::generic_category(), "cannot be locked");
        if (tries >= yields)
            return false;
        sched_yield();
    }
    return true;
}

}  // namespace

lock::lock(int fd) : fd_(take(fd) ? fd : -1) {}

lock::~lock()
{
    if (held())
        flock(fd_, LOCK_UN);
}

}  // namespace wampfcgi::store
