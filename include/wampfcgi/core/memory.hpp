// Owns what happens when there is no memory: the end of the process, but for allocations that may fail.
#pragma once

namespace wampfcgi {

/// From now on an allocation that fails ends the process at once, with a line on standard error and status 1. Libraries
/// allocate where no exception may pass, and after one that may, sessions would be in no known state; another worker
/// takes the place of one that has ended.
void exit_when_out_of_memory() noexcept;

/// While one exists in a thread, allocations that fail in it throw std::bad_alloc instead: for what is as large as a
/// request or an answer, in code that leaves nothing behind when it throws.
class bad_alloc_scope {
public:
    bad_alloc_scope() noexcept;
    ~bad_alloc_scope();
    bad_alloc_scope(const bad_alloc_scope&) = delete;
    bad_alloc_scope& operator=(const bad_alloc_scope&) = delete;
};

}  // namespace wampfcgi
