#include "wampfcgi/core/code_pages.hpp"

#include <cstddef>
#include <cstdint>

#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

namespace wampfcgi {
namespace {

// Only segments that cannot be written: what they contain is still in the file, byte by byte.
int forget_segments(dl_phdr_info* object, std::size_t, void*)
{
    const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
    for (std::size_t index = 0; index < object->dlpi_phnum; ++index) {
        const ElfW(Phdr)& segment = object->dlpi_phdr[index];
        if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W) != 0)
            continue;
        const std::uintptr_t start = (object->dlpi_addr + segment.p_vaddr) / page * page;
        const std::uintptr_t end = object->dlpi_addr + segment.p_vaddr + segment.p_memsz;
        ::madvise(reinterpret_cast<void*>(start), end - start, MADV_DONTNEED);  // NOLINT(performance-no-int-to-ptr)
    }
    return 0;
}

}  // namespace

void forget_code_pages() noexcept
{
    ::dl_iterate_phdr(forget_segments, nullptr);
}

}  // namespace wampfcgi
