#include "wampfcgi/process/limits.hpp"

#include <algorithm>

#include <sys/prctl.h>
#include <sys/resource.h>

namespace wampfcgi::process {
namespace {

// core(5): when dumps are piped to a program, a limit of 0 does not prevent them, but 1 does. A file of one byte is
// never written.
constexpr rlim_t no_core = 1;

// A leak checker reads its own process's memory, like a debugger.
#ifdef WAMPFCGI_SANITIZED
constexpr bool looks_into_itself = true;
#else
constexpr bool looks_into_itself = false;
#endif

}  // namespace

void allow_descriptors(std::uint64_t wanted) noexcept
{
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, wanted);
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

void forbid_core_dumps() noexcept
{
    rlimit limit{};
    if (::getrlimit(RLIMIT_CORE, &limit) != 0)
        return;
    limit.rlim_cur = std::min(limit.rlim_max, no_core);
    ::setrlimit(RLIMIT_CORE, &limit);
}

void forbid_looking_in() noexcept
{
    if (!looks_into_itself)
        ::prctl(PR_SET_DUMPABLE, 0);
}

}  // namespace wampfcgi::process
