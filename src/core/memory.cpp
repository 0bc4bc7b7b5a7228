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
    if (::poll(&reader, 1, 0) > 0)  // a log that nothing reads must not block the exit
        [[maybe_unused]]
        const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
    ::_exit(1);
}

}  // namespace

void exit_when_out_of_memory() noexcept
{
    std::set_new_handler(on_failure);
}

bad_alloc_scope::bad_alloc_scope() noexcept
{
    ++may_fail;
}

bad_alloc_scope::~bad_alloc_scope()
{
    --may_fail;
}

}  // namespace wampfcgi
