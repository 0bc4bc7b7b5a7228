// A library to preload that makes allocations fail as a file says; WAMPFCGI_TEST_ORDERS names the file. Needs glibc.
// tests/support/failing_malloc.py writes the file.

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include <dlfcn.h>
#include <fcntl.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

extern "C" {
void* __libc_malloc(std::size_t bytes);
void* __libc_calloc(std::size_t count, std::size_t bytes);
void* __libc_realloc(void* old, std::size_t bytes);
void* __libc_memalign(std::size_t alignment, std::size_t bytes);
}

namespace {

/// The layout of the file.
struct orders {
    std::int32_t pid;       // of the process concerned; 0: the one with the library
    std::int32_t for_good;  // all later ones fail too, not only one
    std::int64_t good;      // number of successes before a failure; -1: no failure
    std::int64_t failed;    // number of failures so far
};

volatile orders* given = nullptr;

// Static constructors belong to libraries, and an exception in one ends the process in any case.
bool main_has_begun = false;

using main_function = int (*)(int, char**, char**);
main_function real_main = nullptr;

int counted_main(int argc, char** argv, char** environment)
{
    main_has_begun = true;
    return real_main(argc, argv, environment);
}

[[gnu::constructor]] void take_orders()
{
    const char* path = std::getenv("WAMPFCGI_TEST_ORDERS");
    const int fd = path == nullptr ? -1 : ::open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0)
        std::abort();
    void* mapped = ::mmap(nullptr, sizeof(orders), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    ::close(fd);
    if (mapped == MAP_FAILED)
        std::abort();
    given = static_cast<volatile orders*>(mapped);
}

bool is_to_fail()
{
    if (!main_has_begun || given == nullptr || given->good < 0 || (given->pid != 0 && given->pid != ::getpid()))
        return false;
    if (given->good > 0) {
        given->good = given->good - 1;
        return false;
    }
    if (given->for_good == 0)
        given->good = -1;
    given->failed = given->failed + 1;
    errno = ENOMEM;
    return true;
}

}  // namespace

extern "C" {

int __libc_start_main(main_function main, int argc, char** argv, void (*init)(), void (*fini)(), void (*rtld_fini)(),
                      void* stack_end)
{
    using start_function = int (*)(main_function, int, char**, void (*)(), void (*)(), void (*)(), void*);
    const auto start = reinterpret_cast<start_function>(::dlsym(RTLD_NEXT, "__libc_start_main"));
    real_main = main;
    return start(counted_main, argc, argv, init, fini, rtld_fini, stack_end);
}

void* malloc(std::size_t bytes) noexcept
{
    return is_to_fail() ? nullptr : __libc_malloc(bytes);
}

void* calloc(std::size_t count, std::size_t bytes) noexcept
{
    return is_to_fail() ? nullptr : __libc_calloc(count, bytes);
}

void* realloc(void* old, std::size_t bytes) noexcept
{
    return bytes > 0 && is_to_fail() ? nullptr : __libc_realloc(old, bytes);
}

void* memalign(std::size_t alignment, std::size_t bytes) noexcept
{
    return is_to_fail() ? nullptr : __libc_memalign(alignment, bytes);
}

void* aligned_alloc(std::size_t alignment, std::size_t bytes) noexcept
{
    return memalign(alignment, bytes);
}

int posix_memalign(void** result, std::size_t alignment, std::size_t bytes) noexcept
{
    *result = memalign(alignment, bytes);
    return *result == nullptr ? ENOMEM : 0;
}
}
