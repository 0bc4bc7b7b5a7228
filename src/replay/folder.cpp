#include "folder.hpp"

#include "lock.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <stdexcept>
#include <sys/stat.h>
#include <system_error>

namespace wampfcgi::replay {
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

/// Refuses what somebody else could have put there, or could read or change.
void check_private(const std::string& path, const struct stat& found, mode_t wanted_mode)
{
    if (found.st_uid != geteuid())
        fail(path, "user " + std::to_string(geteuid()) + " as the owner", "user " + std::to_string(found.st_uid));
    if ((found.st_mode & rights_of_others) != 0)
        fail(path, "mode " + octal(wanted_mode), octal(found.st_mode));
}

/// Why a folder or file could not be opened without following a link.
[[noreturn]] void fail_to_open(int parent, const std::string& name, const std::string& path, const std::string& kind)
{
    const int error_number = errno;
    struct stat there {};
    if (fstatat(parent, name.c_str(), &there, AT_SYMLINK_NOFOLLOW) == 0 && kind_of(there.st_mode) != kind)
        fail(path, kind, kind_of(there.st_mode));
    fail(path, "cannot be opened: " + text_of(error_number));
}

handle open_folder(const std::string& path)
{
    constexpr int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    handle folder(open(path.c_str(), flags));
    if (folder.get() < 0 && errno == ENOENT) {
        if (mkdir(path.c_str(), folder_mode) != 0 && errno != EEXIST)  // another process may have been faster
            fail(path, "cannot be created: " + text_of(errno));
        folder = handle(open(path.c_str(), flags));
    }
    if (folder.get() < 0)
        fail_to_open(AT_FDCWD, path, path, "a folder");
    struct stat found {};
    if (fstat(folder.get(), &found) != 0)
        fail(path, "cannot be looked at: " + text_of(errno));
    check_private(path, found, folder_mode);
    return folder;
}

/// None if there is no such file.
handle open_existing(const handle& folder, const std::string& name, const std::string& path)
{
    handle file(openat(folder.get(), name.c_str(), O_RDWR | O_NOFOLLOW | O_CLOEXEC));
    if (file.get() < 0 && errno == ENOENT)
        return file;
    if (file.get() < 0)
        fail_to_open(folder.get(), name, path, "a regular file");
    struct stat found {};
    if (fstat(file.get(), &found) != 0)
        fail(path, "cannot be looked at: " + text_of(errno));
    if (!S_ISREG(found.st_mode))
        fail(path, "a regular file", kind_of(found.st_mode));
    check_private(path, found, file_mode);
    if (found.st_nlink > 1)
        fail(path, "one name", std::to_string(found.st_nlink) + " hard links");
    return file;
}

/// Under another name first: a file that lacks something has lost it, and is not one that was never finished.
handle create(const handle& folder, const std::string& name, const std::string& path, std::string_view content)
{
    const std::string unfinished = name + ".new";  // of a process that was killed here: begun again
    if (unlinkat(folder.get(), unfinished.c_str(), 0) != 0 && errno != ENOENT)
        fail(path, "cannot be created: " + text_of(errno));
    handle file(
        openat(folder.get(), unfinished.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, file_mode));
    if (file.get() < 0)
        fail(path, "cannot be created: " + text_of(errno));
    const ssize_t written = pwrite(file.get(), content.data(), content.size(), 0);
    if (written < 0 || static_cast<std::size_t>(written) != content.size())
        fail(path, "cannot be written: " + text_of(written < 0 ? errno : ENOSPC));
    if (renameat(folder.get(), unfinished.c_str(), folder.get(), name.c_str()) != 0)
        fail(path, "cannot be created: " + text_of(errno));
    return file;
}

}  // namespace

handle open_private_file(const std::string& path, const std::string& name, std::string_view content)
{
    const std::string whole = path + "/" + name;
    const handle folder = open_folder(path);
    if (handle file = open_existing(folder, name, whole); file.get() >= 0)
        return file;
    const lock creating(folder.get());
    if (!creating.held())
        fail(path, "is locked by another process");
    if (handle file = open_existing(folder, name, whole); file.get() >= 0)
        return file;
    return create(folder, name, whole, content);
}

}  // namespace wampfcgi::replay
