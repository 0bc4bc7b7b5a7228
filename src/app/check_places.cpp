#include "app/check_places.hpp"

#include "app/stores.hpp"
#include "wampfcgi/core/trouble.hpp"
#include "wampfcgi/log/log.hpp"
#include "wampfcgi/store/state_folder.hpp"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <string>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace wampfcgi::app {
namespace {

using done = result<void, trouble>;

bool is_there(const std::string& path)
{
    struct stat found {};
    return ::lstat(path.c_str(), &found) == 0 || errno != ENOENT;
}

/// Checks that a missing file or folder can be created.
done check_creatable(const std::string& path)
{
    const std::string folder = std::filesystem::path(path).parent_path();
    if (::faccessat(AT_FDCWD, folder.c_str(), W_OK | X_OK, AT_EACCESS) == 0)
        return {};
    if (errno == ENOENT)
        return trouble(path + ": cannot be created: the folder does not exist (mkdir -p " + log::quote(folder) + ')');
    return trouble(path + ": cannot be created", errno);
}

done check_log(const log_settings& wanted)
{
    if (wanted.target != log_target::file)
        return {};
    if (!is_there(wanted.file))
        return check_creatable(wanted.file);
    done opened = log::configure(wanted);  // does not write anything
    log::configure({});
    return opened;
}

done check_store(const settings& config)
{
    const auto is_any = [&](auto has) { return std::ranges::any_of(config.services, has); };
    const bool is_for_replays = is_any([](const service_settings& each) { return each.options.replay_protection; });
    const bool is_for_rates =
        !config.store && is_any([](const service_settings& each) { return each.options.rate.has_value(); });
    if (!is_for_replays && !is_for_rates)
        return {};
    const std::string folder = store::find_folder(config.state_dir, store::missing_folders::leave);
    if (!is_there(folder)) {
        // At start, missing parents of the default folder are created.
        const done creatable = config.state_dir.empty() ? done() : check_creatable(folder);
        return creatable ? done()
                         : trouble((is_for_replays ? "replay_protection: " : "rate_limit: ") + creatable.error().text);
    }
    return try_stores(config);
}

}  // namespace

bool check_places(const settings& config)
{
    bool all_can_be_used = true;
    for (const done& usable : {check_log(config.log), check_store(config)})
        if (!usable) {
            log::write(log_level::error, usable.error().text);
            all_can_be_used = false;
        }
    if (!all_can_be_used)
        log::write(log_level::notice, "checked as user " + std::to_string(::geteuid()) +
                                          "; add --user USER to check as the user that the program will run as");
    return all_can_be_used;
}

}  // namespace wampfcgi::app
