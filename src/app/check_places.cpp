#include "app/check_places.hpp"

#include "app/stores.hpp"
#include "wampfcgi/log/log.hpp"
#include "wampfcgi/store/state_folder.hpp"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace wampfcgi::app {
namespace {

using complaint = std::optional<std::string>;

bool is_there(const std::string& path)
{
    struct stat found {};
    return ::lstat(path.c_str(), &found) == 0 || errno != ENOENT;
}

/// Why a file or folder that is not there cannot be made.
complaint why_not_creatable(const std::string& path)
{
    const std::string folder = std::filesystem::path(path).parent_path();
    if (::faccessat(AT_FDCWD, folder.c_str(), W_OK | X_OK, AT_EACCESS) == 0)
        return {};
    if (errno == ENOENT)
        return path + ": cannot be created: the folder does not exist (mkdir -p " + log::quote(folder) + ')';
    return path + ": cannot be created: " + std::generic_category().message(errno);
}

complaint why_no_log(const log_settings& wanted)
{
    if (wanted.target != log_target::file)
        return {};
    if (!is_there(wanted.file))
        return why_not_creatable(wanted.file);
    complaint wrong = log::configure(wanted);  // opens it, and writes nothing
    log::configure({});
    return wrong;
}

complaint why_no_store(const settings& config)
{
    if (std::ranges::none_of(config.services,
                             [](const service_settings& each) { return each.options.replay_protection; }))
        return {};
    const std::string folder = store::find_folder(config.state_dir, store::missing_folders::leave);
    if (!is_there(folder)) {
        // Those above the default one are made by the start.
        complaint wrong = config.state_dir.empty() ? std::nullopt : why_not_creatable(folder);
        return wrong ? "replay_protection: " + *wrong : wrong;
    }
    try {
        try_stores(config);
        return {};
    } catch (const std::runtime_error& why) {
        return why.what();
    }
}

}  // namespace

bool check_places(const settings& config)
{
    bool all_can_be_used = true;
    for (const complaint& wrong : {why_no_log(config.log), why_no_store(config)})
        if (wrong) {
            log::write(log_level::error, *wrong);
            all_can_be_used = false;
        }
    if (!all_can_be_used)
        log::write(log_level::notice, "checked as user " + std::to_string(::geteuid()) +
                                          "; --user checks as another, as whom the program is to run");
    return all_can_be_used;
}

}  // namespace wampfcgi::app
