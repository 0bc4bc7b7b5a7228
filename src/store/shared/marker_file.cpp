#include "store/shared/marker_file.hpp"

#include "store/folder.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <stdexcept>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace wampfcgi::store {
namespace {

constexpr known_memory unreadable{0, true};

std::string name_for(const store_settings& store)
{
    std::string which = store.master + "\n" + std::to_string(store.database) + "\n" + store.prefix;
    for (const store_url& each : store.urls)
        which += "\n" + each.text;
    return file_name_of("store", bridge::id_of(which, {}));
}

[[noreturn]] void cannot_write(const std::string& path)
{
    throw std::runtime_error(path + ": cannot be written: " + std::generic_category().message(errno));
}

std::optional<known_memory> read(const descriptor& folder, const std::string& name)
{
    const descriptor file(openat(folder.get(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (file.get() < 0 && errno == ENOENT)
        return {};
    struct stat found {};
    std::array<char, 64> text{};
    if (file.get() < 0 || fstat(file.get(), &found) != 0 || !S_ISREG(found.st_mode) || found.st_uid != geteuid())
        return unreadable;
    const ssize_t length = ::read(file.get(), text.data(), text.size());
    if (length < 0)
        return unreadable;
    return known_memory_in({text.data(), static_cast<std::size_t>(length)}).value_or(unreadable);
}

// A reader sees either the old or the new text, even after a power loss.
void write(const descriptor& folder, const std::string& path, const std::string& name, const std::string& text)
{
    const std::string unfinished = name + ".new" + std::to_string(getpid());
    unlinkat(folder.get(), unfinished.c_str(), 0);  // left by a killed process with the same pid
    const descriptor file(
        openat(folder.get(), unfinished.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (file.get() < 0)
        cannot_write(path);
    const ssize_t written = ::write(file.get(), text.data(), text.size());
    if (written >= 0 && static_cast<std::size_t>(written) != text.size())
        errno = ENOSPC;
    if (written < 0 || static_cast<std::size_t>(written) != text.size() || fsync(file.get()) != 0 ||
        renameat(folder.get(), unfinished.c_str(), folder.get(), name.c_str()) != 0) {
        const int why = errno;
        unlinkat(folder.get(), unfinished.c_str(), 0);
        errno = why;
        cannot_write(path);
    }
}

}  // namespace

marker_file::marker_file(std::string folder, const store_settings& store)
    : folder_(std::move(folder)),
      name_(name_for(store))
{
    open_folder(folder_);
}

known_memory marker_file::meet(std::int64_t found_ms)
{
    const descriptor folder = open_folder(folder_);
    const auto in_file = read(folder, name_);
    const known_memory known = known_after(in_file ? in_file : last_, found_ms);
    if (known != in_file)
        write(folder, folder_ + "/" + name_, name_, text_of(known));
    last_ = known;
    return known;
}

}  // namespace wampfcgi::store
