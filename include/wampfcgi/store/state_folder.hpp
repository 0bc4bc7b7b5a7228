// Owns finding the folder of the files that a user's processes share, and checking it.
#pragma once

#include "wampfcgi/core/descriptor.hpp"
#include "wampfcgi/core/trouble.hpp"

#include <chrono>
#include <string>

namespace wampfcgi::store {

/// Whether to create missing parent folders.
enum class missing_folders { make, leave };

/// The folder: `configured` if not empty; else the first folder in the environment's STATE_DIRECTORY (set by systemd);
/// else ~/.local/state/wamp-fcgi of the effective user if it can be created, no other user can write there, and it is
/// not on a network file system; else "/dev/shm/wamp-fcgi-UID". No other environment variable and no login session
/// counts, because processes started at different times must find the same folder.
std::string find_folder(const std::string& configured, missing_folders missing = missing_folders::make);

/// The same with `home` in place of the home in the password database; empty: none.
std::string find_folder(const std::string& configured, const std::string& home, missing_folders missing);

/// Opens the folder; creates it when missing. It must belong to the effective user and be private; the trouble says why
/// it cannot be used.
result<descriptor, trouble> open_state_folder(const std::string& folder);

/// Opens the files for the services with this `timestamp_delta_limit` like a local store, and closes them again. The
/// trouble says which file is wrong, why, and what to do.
result<void, trouble> try_folder(const std::string& folder, std::chrono::seconds delta_limit);

}  // namespace wampfcgi::store
