#include "store/folder.hpp"

#include <array>
#include <cerrno>
#include <cinttypes>
#include <cstdio>
#include <fcntl.h>
#include <stdexcept>
#include <sys/stat.h>
#include <system_error>
#include <utility>

namespace wampfcgi::store {
namespace {

constexpr mode_t folder_mode = 0700;
constexpr mode_t file_mode = 0600;
constexpr mode_t rights_of_others = 077;

std::string text_of(int error_number)
{
    return std::generic_category().message(error_number);
}

[[noreturn]] void fail(const std::string& path, const std::string& why)
{
    throw std::runtime_error(path + ": " + why);
}

[[noreturn]] void fail(const std::string& path, const std::string& expected, const std::string& got)
{
    fail(path, "expected " + expected + ", got " + got);
}

std::string octal(mode_t mode)
{
    std::array<char, 16> text{};
    std::snprintf(text.data(), text.size(), "%04o", static_cast<unsigned>(mode & 07777));
    return text.data();
}

std::string kind_of(mode_t mode)
{
    if (S_ISREG(mode))
        return "a regular file";
    if (S_ISDIR(mode))
        return "a folder";
    return S_ISLNK(mode) ? "a symbolic link" : "something else";
}

/// Refuses what another user could have created, read or changed.
void check_private(const std::string& path, const struct stat& found, mode_t wanted_mode)
{
    if (found.st_uid != geteuid())
        fail(path, "user " + std::to_string(geteuid()) + " as the owner",
             "user " + std::to_string(found.st_uid) + "; set \"state_dir\" to a folder of your own");
    if ((found.st_mode & rights_of_others) != 0)
        fail(path, "mode " + octal(wanted_mode), octal(found.st_mode));
}

/// Throws with the reason why a folder or file could not be opened without following a link.
[[noreturn]] void fail_to_open(int parent, const std::string& name, const std::string& path, const std::string& kind)
{
    const int error_number = errno;
    struct stat there {};
    if (fstatat(parent, name.c_str(), &there, AT_SYMLINK_NOFOLLOW) == 0 && kind_of(there.st_mode) != kind)
        fail(path, kind, kind_of(there.st_mode));
    fail(path, "cannot be opened: " + text_of(error_number));
}

/// Throws unless it is a regular file that only this user can have created and read.
descriptor private_file(descriptor file, const std::string& path)
{
    struct stat found {};
    if (fstat(file.get(), &found) != 0)
        fail(path, "cannot be examined: " + text_of(errno));
    if (!S_ISREG(found.st_mode))
        fail(path, "a regular file", kind_of(found.st_mode));
    check_private(path, found, file_mode);
    if (found.st_nlink > 1)
        fail(path, "one name", std::to_string(found.st_nlink) + " hard links");
    return file;
}

/// Returns none if there is no such file.
descriptor open_existing(const descriptor& folder, const std::string& name, const std::string& path)
{
    descriptor file(openat(folder.get(), name.c_str(), O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (file.get() < 0 && errno == ENOENT)
        return file;
    if (file.get() < 0)
        fail_to_open(folder.get(), name, path, "a regular file");
    return private_file(std::move(file), path);
}

/// Never replaces an existing file, because another process may use it.
bool try_to_rename(const descriptor& folder, const std::string& from, const std::string& to)
{
    if (renameat2(folder.get(), from.c_str(), folder.get(), to.c_str(), RENAME_NOREPLACE) == 0)
        return true;
    return (errno == EINVAL || errno == ENOSYS) &&  // the file system does not support it
           renameat(folder.get(), from.c_str(), folder.get(), to.c_str()) == 0;
}

/// Replaces what a process left behind that was killed at this point.
descriptor create_unfinished(const descriptor& folder, const std::string& name, const std::string& path)
{
    if (unlinkat(folder.get(), name.c_str(), 0) != 0 && errno != ENOENT)
        fail(path, "cannot be created: " + text_of(errno));
    descriptor file(openat(folder.get(), name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, file_mode));
    if (file.get() < 0)
        fail(path, "cannot be created: " + text_of(errno));
    return file;
}

/// Creates it under another name first: a file with missing content has then lost it, and is not just unfinished.
descriptor create(const descriptor& folder, const std::string& name, const std::string& path, std::string_view content,
                  const presence::entry& within)
{
    const std::string unfinished = name + ".new";
    descriptor file = create_unfinished(folder, unfinished, path);
    const ssize_t written = pwrite(file.get(), content.data(), content.size(), 0);
    if (written < 0 || static_cast<std::size_t>(written) != content.size())
        fail(path, "cannot be written: " + text_of(written < 0 ? errno : ENOSPC));
    within.note_created(name, identity_of(file));
    if (!try_to_rename(folder, unfinished, name))
        fail(path, "cannot be created: " + text_of(errno));
    return file;
}

/// Returns none when this user cannot create it.
descriptor open_or_create_lock_file(int folder, const std::string& name, const std::string& path)
{
    constexpr int flags = O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
    descriptor file(openat(folder, name.c_str(), flags));
    if (file.get() < 0 && errno == ENOENT) {
        file = descriptor(openat(folder, name.c_str(), flags | O_CREAT | O_EXCL, file_mode));
        if (file.get() < 0 && errno == EEXIST)  // another process was faster
            file = descriptor(openat(folder, name.c_str(), flags));
        if (file.get() < 0 && (errno == EACCES || errno == EPERM || errno == EROFS))
            return file;
    }
    if (file.get() < 0)
        fail_to_open(folder, name, path, "a regular file");
    return private_file(std::move(file), path);
}

std::pair<std::string, std::string> split(const std::string& path)
{
    const auto slash = path.rfind('/');
    if (slash == std::string::npos)
        return {".", path};
    return {slash == 0 ? "/" : path.substr(0, slash), path.substr(slash + 1)};
}

}  // namespace

descriptor open_folder(const std::string& path)
{
    constexpr int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    descriptor folder(open(path.c_str(), flags));
    if (folder.get() < 0 && errno == ENOENT) {
        if (mkdir(path.c_str(), folder_mode) != 0 && errno != EEXIST)  // another process may have been faster
            fail(path, "cannot be created: " + text_of(errno));
        folder = descriptor(open(path.c_str(), flags));
    }
    if (folder.get() < 0)
        fail_to_open(AT_FDCWD, path, path, "a folder");
    struct stat found {};
    if (fstat(folder.get(), &found) != 0)
        fail(path, "cannot be examined: " + text_of(errno));
    check_private(path, found, folder_mode);
    return folder;
}

std::string file_name_of(std::string_view kind, bridge::key_id which)
{
    std::array<char, 17> digits{};
    std::snprintf(digits.data(), digits.size(), "%016" PRIx64, static_cast<std::uint64_t>(which));
    return std::string(kind) + "-" + digits.data();
}

descriptor open_lock_file(const std::string& path, const descriptor& folder)
{
    const auto [above, own_name] = split(path);
    const std::string name = "." + own_name + ".lock";
    const descriptor parent(open(above.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (parent.get() >= 0)
        if (descriptor file = open_or_create_lock_file(parent.get(), name, above + "/" + name); file.get() >= 0)
            return file;
    const std::string inside = path + "/.lock";
    descriptor file = open_or_create_lock_file(folder.get(), ".lock", inside);
    if (file.get() < 0)
        fail(inside, "cannot be created: " + text_of(errno));
    return file;
}

descriptor open_or_create_private_file(const descriptor& folder, const std::string& path, const std::string& name,
                                       const presence::entry& within,
                                       const std::function<std::string(const presence::entry&)>& content)
{
    const std::string whole = path + "/" + name;
    if (descriptor file = open_existing(folder, name, whole); file.get() >= 0)
        return file;
    return create(folder, name, whole, content(within), within);
}

descriptor open_or_create_private_file(const descriptor& folder, const std::string& path, const std::string& name,
                                       const std::function<void(const descriptor& made)>& fill)
{
    constexpr int tries = 3;  // of a process that loses races against others creating and removing the file
    const std::string whole = path + "/" + name;
    const std::string unfinished = name + "." + std::to_string(getpid()) + ".new";
    for (int i = 0; i < tries; ++i) {
        if (descriptor file = open_existing(folder, name, whole); file.get() >= 0)
            return file;
        descriptor made = create_unfinished(folder, unfinished, whole);
        try {
            fill(made);
        } catch (const std::runtime_error& why) {
            unlinkat(folder.get(), unfinished.c_str(), 0);
            fail(whole, why.what());
        }
        if (try_to_rename(folder, unfinished, name))
            return made;
        const int error_number = errno;
        unlinkat(folder.get(), unfinished.c_str(), 0);
        if (error_number != EEXIST)
            fail(whole, "cannot be created: " + text_of(error_number));
    }
    fail(whole, "keeps being created and removed");
}

}  // namespace wampfcgi::store
