#include "wampfcgi/metrics/process_cells.hpp"

#include <cstdio>
#include <ctime>
#include <memory>

#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

namespace wampfcgi::metrics {
namespace {

std::uint64_t resident_bytes() noexcept
{
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen("/proc/self/statm", "re"), &std::fclose);
    unsigned long whole = 0;
    unsigned long resident = 0;
    if (!file || std::fscanf(file.get(), "%lu %lu", &whole, &resident) != 2)
        return 0;
    return std::uint64_t{resident} * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

std::uint64_t open_descriptors() noexcept
{
    const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir("/proc/self/fd"), &::closedir);
    std::uint64_t count = 0;
    while (folder && ::readdir(folder.get()) != nullptr)
        ++count;
    return count > 3 ? count - 3 : 0;  // ".", ".." and the descriptor of the folder
}

std::uint64_t microseconds(const timeval& time) noexcept
{
    return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000 + static_cast<std::uint64_t>(time.tv_usec);
}

}  // namespace

void process_cells::begin(std::uint64_t own_pid) noexcept
{
    started.set(static_cast<std::uint64_t>(std::time(nullptr)));
    set(process_phase::starting);
    measure();
    pid.set(own_pid);
}

void process_cells::measure() noexcept
{
    memory_bytes.set(resident_bytes());
    descriptors.set(open_descriptors());
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0)
        descriptors_limit.set(limit.rlim_cur);
    rusage used{};
    if (::getrusage(RUSAGE_SELF, &used) == 0)
        processor_us.set(microseconds(used.ru_utime) + microseconds(used.ru_stime));
}

}  // namespace wampfcgi::metrics
