#include "wampfcgi/core/memory.hpp"

#include <new>
#include <string_view>

#include <poll.h>
#include <unistd.h>

namespace wampfcgi {
namespace {

thread_local int may_fail = 0;

void on_failure()
{
    if (may_fail > 0)
        throw std::bad_alloc();
    constexpr std::string_view line = "error: out of memory\n";
    pollfd reader{STDERR_FILENO, POLLOUT, 0};
    if (::poll(&reader, 1, 0) > 0)  // a log that nobody reads must not keep the process from its end
        [[maybe_unused]]
        const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
    ::_exit(1);
}

}  // namespace

void end_where_memory_fails() noexcept
{
    std::set_new_handler(on_failure);
}

memory_may_fail::memory_may_fail() noexcept
{
    ++may_fail;
}

memory_may_fail::~memory_may_fail()
{
    --may_fail;
}

}  // namespace wampfcgi
