#include "metrics/board/shelf.hpp"

#include "metrics/board/counted_series.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>
#include <memory>
#include <optional>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

namespace wampfcgi::metrics {
namespace {

constexpr const char* total_name = "figures.total";
constexpr const char* unfinished_total_name = "figures.total.new";
constexpr const char* lock_name = "figures.lock";
constexpr std::string_view process_prefix = "figures.process.";
constexpr std::string_view unfinished_suffix = ".new";
constexpr mode_t file_mode = 0600;
constexpr int most_tries = 20;

[[noreturn]] void fail(const char* what)
{
    throw std::system_error(errno, std::generic_category(), what);
}

descriptor open_in(const descriptor& folder, const std::string& name, int how)
{
    return descriptor(::openat(folder.get(), name.c_str(), how | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, file_mode));
}

std::vector<std::string> names_in(const descriptor& folder)
{
    std::vector<std::string> found;
    const int fd = ::openat(folder.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const std::unique_ptr<DIR, int (*)(DIR*)> open(fd >= 0 ? ::fdopendir(fd) : nullptr, &::closedir);
    while (const dirent* const each = open ? ::readdir(open.get()) : nullptr)
        if (std::string_view(each->d_name).starts_with(process_prefix))
            found.emplace_back(each->d_name);
    return found;
}

/// Identifies the version of the total: each new one is a new file.
std::pair<dev_t, ino_t> identity_of(const descriptor& file)
{
    struct stat facts {};
    return file.get() >= 0 && ::fstat(file.get(), &facts) == 0 ? std::pair{facts.st_dev, facts.st_ino}
                                                               : std::pair<dev_t, ino_t>{};
}

/// The total of ended processes, and the files that it includes.
struct total_file {
    explicit total_file(const descriptor& folder)
        : file(open_in(folder, total_name, O_RDWR)),
          memory(file.get() >= 0 ? area::open(file.get()) : std::nullopt)
    {
        if (memory)
            for (const series& each : memory->directory())
                if (each.kind == series_kind::folded)
                    holds.emplace(memory->first_label(each));
    }

    descriptor file;
    std::optional<area> memory;
    std::set<std::string> holds;
};

/// The file of a process.
struct process_file {
    std::string name;
    descriptor file;
    area memory;
    bool has_ended;  ///< its lock is free
};

/// Returns nothing for a file that is gone, incomplete or of another program.
std::optional<process_file> open_process_file(const descriptor& folder, const std::string& name)
{
    descriptor file = open_in(folder, name, O_RDWR);
    if (file.get() < 0)
        return {};
    const bool has_ended = ::flock(file.get(), LOCK_SH | LOCK_NB) == 0;
    auto memory = area::open(file.get());
    if (!memory)
        return {};
    return process_file{name, std::move(file), *std::move(memory), has_ended};
}

std::vector<process_file> open_process_files(const descriptor& folder, const std::set<std::string>& but)
{
    std::vector<process_file> found;
    for (const std::string& name : names_in(folder))
        if (!but.contains(name) && !name.ends_with(unfinished_suffix))
            if (auto opened = open_process_file(folder, name))
                found.push_back(*std::move(opened));
    return found;
}

std::string random_name()
{
    std::uint64_t number = 0;
    if (::getrandom(&number, sizeof number, 0) != static_cast<ssize_t>(sizeof number))
        fail("cannot get random numbers");
    return std::string(process_prefix) + std::to_string(::getpid()) + "." + std::to_string(number);
}

/// Returns false when the file is still there.
bool remove(const descriptor& folder, const std::string& name) noexcept
{
    return ::unlinkat(folder.get(), name.c_str(), 0) == 0 || errno == ENOENT;
}

/// Removes unfinished files of processes that were killed while creating them.
void remove_unfinished(const descriptor& folder)
{
    constexpr std::time_t surely_given_up = 60;
    for (const std::string& name : names_in(folder)) {
        struct stat facts {};
        if (name.ends_with(unfinished_suffix) &&
            ::fstatat(folder.get(), name.c_str(), &facts, AT_SYMLINK_NOFOLLOW) == 0 &&
            facts.st_mtime < std::time(nullptr) - surely_given_up)
            remove(folder, name);
    }
}

}  // namespace

own_file shelf::create(const settings& config) const
{
    const std::string name = random_name();
    const std::string unfinished = name + std::string(unfinished_suffix);
    descriptor file = open_in(folder_, unfinished, O_RDWR | O_CREAT | O_EXCL);
    if (file.get() < 0)
        fail("cannot make a file for figures");
    area memory(file.get(), area_size::for_settings(config, 1));
    add_series(memory, config);
    memory.process(0).is_taken.set(1);
    if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0 ||
        ::renameat(folder_.get(), unfinished.c_str(), folder_.get(), name.c_str()) != 0)
        fail("cannot make a file for figures");
    return {name, std::move(file), std::move(memory)};
}

void shelf::fold() const noexcept
try {
    const descriptor lock = open_in(folder_, lock_name, O_RDWR | O_CREAT);
    if (lock.get() < 0 || ::flock(lock.get(), LOCK_EX | LOCK_NB) != 0)
        return;
    const total_file before(folder_);
    for (const std::string& each : before.holds)
        if (!remove(folder_, each))
            return;  // the next total would not name it, so it would be counted twice
    remove_unfinished(folder_);
    auto all = open_process_files(folder_, before.holds);
    std::erase_if(all, [](const process_file& each) { return !each.has_ended; });
    if (all.empty())
        return;

    gathering sum;
    if (before.memory)
        sum.add_total(*before.memory, 0);
    for (const process_file& each : all)
        sum.add_total(each.memory, 0);
    remove(folder_, unfinished_total_name);
    const descriptor file = open_in(folder_, unfinished_total_name, O_RDWR | O_CREAT | O_EXCL);
    if (file.get() < 0)
        return;
    std::vector<std::string> names;
    std::ranges::transform(all, std::back_inserter(names), &process_file::name);
    const area made = sum.write_total(file.get(), names);
    pool_cells& pool = made.header().pool;
    pool.started.set(before.memory ? before.memory->header().pool.started.value()
                                   : all.front().memory.process(0).started.value());
    if (::renameat(folder_.get(), unfinished_total_name, folder_.get(), total_name) != 0)
        return;
    for (const std::string& each : names)
        remove(folder_, each);
} catch (const std::exception&) {  // no space or memory: the files stay as they are
}

// Repeats when a file was folded meanwhile: its figures might be missing or doubled.
gathering shelf::look(std::uint64_t& since) const
{
    for (int looks = 1;; ++looks) {
        const total_file ended(folder_);
        gathering all;
        std::uint64_t first = ended.memory ? ended.memory->header().pool.started.value() : 0;
        if (ended.memory)
            all.add_total(*ended.memory, 0);
        for (const process_file& each : open_process_files(folder_, ended.holds)) {
            if (each.has_ended)
                all.add_total(each.memory, 0);
            else
                all.add_process(each.memory, 0);
            const std::uint64_t began = each.memory.process(0).started.value();
            first = first == 0 ? began : std::min(first, began);
        }
        const descriptor now = open_in(folder_, total_name, O_RDONLY);
        if (identity_of(now) == identity_of(ended.file) || looks == most_tries) {
            since = first;
            return all;
        }
    }
}

}  // namespace wampfcgi::metrics
