// Owns what happens when there is no memory: the end of the process, but for allocations that may fail.
#pragma once

namespace wampfcgi {

/// From now on an allocation that fails ends the process at once, with a line on standard error and status 1. Libraries
/// allocate where no exception may pass, and after one that may, sessions would be in no known state; another worker
/// takes the place of one that has ended.
void end_where_memory_fails() noexcept;

/// While one exists in a thread, allocations that fail in it throw std::bad_alloc instead: for what is as large as a
/// request or an answer, in code that leaves nothing behind when it throws.
class memory_may_fail {
public:
    memory_may_fail() noexcept;
    ~memory_may_fail();
    memory_may_fail(const memory_may_fail&) = delete;
    memory_may_fail& operator=(const memory_may_fail&) = delete;
};

}  // namespace wampfcgi
