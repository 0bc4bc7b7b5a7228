#include "wampfcgi/process/memory_limit.hpp"

#include "process/cgroup.hpp"
#include "wampfcgi/core/descriptor.hpp"
#include "wampfcgi/core/text/size.hpp"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <string_view>

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

namespace wampfcgi::process {
namespace {

constexpr std::uint64_t mib = 1024 * 1024;
constexpr std::uint64_t least_bytes = mib;
constexpr std::uint64_t share_of_each = 8;
constexpr buffer_limits usual{512 * mib, 512 * mib, usual_router_queue_bytes};

constexpr std::size_t longest_file = mib;  // mountinfo of a machine with thousands of containers is longer

/// The beginning of a file; empty if it cannot be read.
std::string read_beginning(const std::string& path)
{
    const descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    std::string text;
    std::size_t used = 0;
    while (file.get() >= 0 && used < longest_file) {
        text.resize(used + 4096);
        const ssize_t got = ::read(file.get(), text.data() + used, text.size() - used);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        used += static_cast<std::size_t>(got);
    }
    text.resize(used);
    return text;
}

void keep_smaller(std::optional<memory_limit>& smallest, std::uint64_t bytes, std::string from)
{
    if (!smallest || bytes < smallest->bytes)
        smallest = {bytes, std::move(from)};
}

std::uint64_t share_of(std::uint64_t usual_bytes, const std::optional<memory_limit>& memory, unsigned workers)
{
    if (!memory)
        return usual_bytes;
    return std::clamp(memory->bytes / share_of_each / std::max(workers, 1U), least_bytes, usual_bytes);
}

}  // namespace

std::optional<memory_limit> find_memory_limit()
{
    std::optional<memory_limit> smallest;
    rlimit space{};
    if (::getrlimit(RLIMIT_AS, &space) == 0 && space.rlim_cur != RLIM_INFINITY)
        keep_smaller(smallest, space.rlim_cur, "RLIMIT_AS");
    for (std::string& path :
         memory_limit_files(read_beginning("/proc/self/cgroup"), read_beginning("/proc/self/mountinfo")))
        if (const auto bytes = parse_memory_limit(read_beginning(path)))
            keep_smaller(smallest, *bytes, std::move(path));
    return smallest;
}

buffer_limits limits_in_force(const limits_settings& given, const std::optional<memory_limit>& memory, unsigned workers)
{
    const auto choose = [&](const std::optional<std::uint64_t>& own, std::uint64_t usual_bytes) {
        return own ? *own : share_of(usual_bytes, memory, workers);
    };
    return {choose(given.request_buffers, usual.requests), choose(given.response_buffers, usual.responses),
            choose(given.router_queue, usual.router_queue)};
}

std::optional<std::string> lowered_limits(const limits_settings& given, const std::optional<memory_limit>& memory,
                                          unsigned workers)
{
    const buffer_limits now = limits_in_force(given, memory, workers);
    if (!memory || now == limits_in_force(given, {}, workers))
        return {};
    return "limits of a worker: request_buffers " + size_in_words(now.requests) + ", response_buffers " +
           size_in_words(now.responses) + ", router_queue " + size_in_words(now.router_queue) +
           ", because the memory is limited to " + size_in_words(memory->bytes) + " by " + memory->from;
}

}  // namespace wampfcgi::process
