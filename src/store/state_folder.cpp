#include "wampfcgi/store/state_folder.hpp"

#include "store/signatures.hpp"
#include "wampfcgi/store/local.hpp"

#include <cstdlib>
#include <string_view>
#include <unistd.h>

namespace wampfcgi::store {
namespace {

/// With a slash at its end a path would lead through a symbolic link.
std::string without_slashes_behind(std::string_view path)
{
    while (path.size() > 1 && path.ends_with('/'))
        path.remove_suffix(1);
    return std::string(path);
}

}  // namespace

std::string find_folder(const std::string& configured)
{
    if (!configured.empty())
        return without_slashes_behind(configured);
    // systemd separates several by colons, and escapes none in them.
    const char* const given = std::getenv("STATE_DIRECTORY");
    const std::string_view all = given != nullptr ? given : "";
    if (const auto first = all.substr(0, all.find(':')); first.starts_with('/'))
        return without_slashes_behind(first);
    return "/dev/shm/wamp-fcgi-" + std::to_string(geteuid());
}

void try_folder(const std::string& folder, std::chrono::seconds delta_limit)
{
    const signatures opened(folder, delta_limit, 0, system_now);
}

}  // namespace wampfcgi::store
