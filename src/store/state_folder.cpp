#include "wampfcgi/store/state_folder.hpp"

#include "store/folder.hpp"
#include "store/signatures.hpp"
#include "wampfcgi/core/own_user.hpp"
#include "wampfcgi/store/local.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <linux/magic.h>
#include <stdexcept>
#include <string_view>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

namespace wampfcgi::store {
namespace {

constexpr mode_t state_folder_mode = 0700;

/// Removes slashes at the end, which would make the path follow a symbolic link.
std::string without_slashes_behind(std::string_view path)
{
    while (path.size() > 1 && path.ends_with('/'))
        path.remove_suffix(1);
    return std::string(path);
}

/// Locks and removals behave differently there than on a local disk, and other machines may share the home.
bool is_on_network(const std::string& path)
{
    // Those without a name in <linux/magic.h>: CIFS, Ceph, Lustre, GPFS, OCFS2, GFS2, BeeGFS, shared folders of
    // VirtualBox and VMware.
    constexpr std::array<std::uint32_t, 18> network_types{
        NFS_SUPER_MAGIC,   SMB_SUPER_MAGIC, SMB2_SUPER_MAGIC, FUSE_SUPER_MAGIC, AFS_SUPER_MAGIC, AFS_FS_MAGIC,
        CODA_SUPER_MAGIC,  V9FS_MAGIC,      CEPH_SUPER_MAGIC, CIFS_SUPER_MAGIC, 0x0bd0'0bd0,     0x4750'4653,
        OCFS2_SUPER_MAGIC, 0x0116'1970,     0x1983'0326,      0x786f'4256,      0xbacb'acbc,     0x564c};
    struct statfs found {};
    if (statfs(path.c_str(), &found) != 0)
        return true;
    return std::find(network_types.begin(), network_types.end(), static_cast<std::uint32_t>(found.f_type)) !=
           network_types.end();
}

/// True when it belongs to this user, is writable, and protects its content from other users.
bool is_own(const std::string& path)
{
    struct stat found {};
    return stat(path.c_str(), &found) == 0 && S_ISDIR(found.st_mode) && found.st_uid == geteuid() &&
           (found.st_mode & S_IWOTH) == 0 && eaccess(path.c_str(), W_OK | X_OK) == 0;
}

std::string in_shared_memory()
{
    return "/dev/shm/wamp-fcgi-" + std::to_string(geteuid());
}

}  // namespace

std::string find_folder(const std::string& configured, const std::string& home, missing_folders missing)
{
    if (!configured.empty())
        return without_slashes_behind(configured);
    // systemd separates several folders by colons, and does not escape colons in them.
    const char* const given = std::getenv("STATE_DIRECTORY");
    const std::string_view all = given != nullptr ? given : "";
    if (const auto first = all.substr(0, all.find(':')); first.starts_with('/'))
        return without_slashes_behind(first);
    if (home.empty() || !is_own(home))
        return in_shared_memory();
    std::string path = without_slashes_behind(home);
    std::string last_there = path;
    for (const char* const each : {"/.local", "/state"}) {
        path += each;
        struct stat found {};
        const bool is_missing = lstat(path.c_str(), &found) != 0 && errno == ENOENT;
        if (is_missing && missing == missing_folders::leave)
            continue;
        if (is_missing)
            mkdir(path.c_str(), state_folder_mode);  // fails harmlessly when another process is faster
        if (!is_own(path))
            return in_shared_memory();
        last_there = path;
    }
    return is_on_network(last_there) ? in_shared_memory() : path + "/wamp-fcgi";
}

std::string find_folder(const std::string& configured, missing_folders missing)
{
    // Look up the user only when needed: see own_user().
    const auto user = configured.empty() ? own_user() : std::nullopt;
    return find_folder(configured, user && user->home.starts_with('/') ? user->home : std::string(), missing);
}

result<descriptor, trouble> open_state_folder(const std::string& folder)
try {
    return open_folder(folder);
} catch (const std::runtime_error& why) {
    return trouble(why.what());
}

result<void, trouble> try_folder(const std::string& folder, std::chrono::seconds delta_limit)
try {
    const signatures opened(folder, delta_limit, 0, system_now);
    return {};
} catch (const std::runtime_error& why) {
    return trouble(why.what());
}

}  // namespace wampfcgi::store
