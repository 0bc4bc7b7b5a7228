// Owns what happens when memory runs out: the process ends, except for allocations that may fail.
#pragma once

namespace wampfcgi {

/// From now on a failed allocation ends the process at once, with a line on standard error and status 1. Libraries
/// allocate in places where no exception may pass, and elsewhere an exception could leave sessions in an unknown state.
/// The supervisor replaces a worker that ends.
void exit_when_out_of_memory() noexcept;

/// While one exists in a thread, failed allocations in that thread throw std::bad_alloc instead. For allocations as
/// large as a request or an answer, in code that leaves nothing inconsistent when it throws.
class bad_alloc_scope {
public:
    bad_alloc_scope() noexcept;
    ~bad_alloc_scope();
    bad_alloc_scope(const bad_alloc_scope&) = delete;
    bad_alloc_scope& operator=(const bad_alloc_scope&) = delete;
};

}  // namespace wampfcgi
