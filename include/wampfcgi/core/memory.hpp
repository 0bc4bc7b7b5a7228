// Owns what happens when memory runs out: the process ends, except for allocations that may fail. And the sizes of
// large blocks.
#pragma once

#include <cstddef>

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

/// The size to reserve for `bytes` of a body or a message. Large ones have room to spare, and are rounded up, so that a
/// body, the CALL made from it, its RESULT and the answer get blocks of one size, and each is placed where another was
/// freed.
constexpr std::size_t block_bytes(std::size_t bytes) noexcept
{
    constexpr std::size_t large_bytes = 512 * 1024;
    constexpr std::size_t spare_bytes = 80 * 1024;
    constexpr std::size_t step_bytes = 64 * 1024;
    return bytes < large_bytes ? bytes : (bytes + spare_bytes + step_bytes - 1) / step_bytes * step_bytes;
}

}  // namespace wampfcgi
