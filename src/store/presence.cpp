#include "store/presence.hpp"

#include "store/folder.hpp"

#include "wampfcgi/bridge/store.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace wampfcgi::store {
namespace {

constexpr off_t entry_byte = 0;  // locked by the process that is within; each other byte stands for a limit

/// Uses open file description locks. Unlike POSIX locks, they are not lost when another part of the process closes the
/// file. Unlike flock(), they lock single bytes and change their kind atomically.
bool try_lock(int fd, off_t byte, int kind)
{
    struct flock wanted {};
    wanted.l_type = static_cast<short>(kind);
    wanted.l_whence = SEEK_SET;
    wanted.l_start = byte;
    wanted.l_len = 1;
    if (fcntl(fd, F_OFD_SETLK, &wanted) == 0)
        return true;
    if (errno != EAGAIN && errno != EACCES && errno != EINTR)
        throw std::system_error(errno, std::generic_category(), "cannot be locked");
    return false;
}

/// The place for the identity of a name's file. Two names with the same place only make each other's file look unknown.
off_t place_of(const std::string& name)
{
    constexpr std::uint64_t places = 256;
    return static_cast<off_t>(static_cast<std::uint64_t>(bridge::id_of(name, {})) % places * sizeof(file_identity));
}

}  // namespace

file_identity identity_of(const descriptor& file)
{
    struct stat found {};
    if (fstat(file.get(), &found) != 0)
        throw std::system_error(errno, std::generic_category(), "cannot be examined");
    return {found.st_dev, found.st_ino};
}

file_identity presence::entry::last_created(const std::string& name) const
{
    file_identity last;
    if (pread(fd_, &last, sizeof last, place_of(name)) != static_cast<ssize_t>(sizeof last))
        return {};
    return last;
}

void presence::entry::note_created(const std::string& name, const file_identity& file) const
{
    if (pwrite(fd_, &file, sizeof file, place_of(name)) != static_cast<ssize_t>(sizeof file))
        throw std::system_error(errno, std::generic_category(), "lock file cannot be written");
}

presence::presence(std::string folder, std::chrono::seconds limit) : folder_(std::move(folder)), limit_(limit.count())
{}

presence::entry::~entry()
{
    if (fd_ < 0)
        return;
    struct flock wanted {};
    wanted.l_type = F_UNLCK;
    wanted.l_whence = SEEK_SET;
    wanted.l_start = entry_byte;
    wanted.l_len = 1;
    fcntl(fd_, F_OFD_SETLK, &wanted);
}

std::optional<presence::entry> presence::try_enter(const descriptor& folder)
{
    struct stat found {};
    const bool was_removed = file_.get() >= 0 && (fstat(file_.get(), &found) != 0 || found.st_nlink == 0);
    if (file_.get() < 0 || was_removed)
        file_ = open_lock_file(folder_, folder);
    if (!try_lock(file_.get(), entry_byte, F_WRLCK))
        return {};
    entry within(file_.get(), false);
    const off_t own_byte = 1 + limit_;
    within.is_alone_ = try_lock(file_.get(), own_byte, F_WRLCK) && !was_removed;
    if (!try_lock(file_.get(), own_byte, F_RDLCK))
        return {};
    return within;
}

}  // namespace wampfcgi::store
