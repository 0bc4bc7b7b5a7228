// Owns where the files are that the processes of a user share, and whether they can be used.
#pragma once

#include "wampfcgi/core/descriptor.hpp"
#include "wampfcgi/core/trouble.hpp"

#include <chrono>
#include <string>

namespace wampfcgi::store {

/// Whether to make those folders above the last one that are not there.
enum class missing_folders { make, leave };

/// Where the files are: `configured`; where that is empty, the first folder in the environment's STATE_DIRECTORY
/// (systemd sets it); else ~/.local/state/wamp-fcgi of the effective user, where that can be made, nobody else can
/// write there and it is on no network; else "/dev/shm/wamp-fcgi-UID". Nothing else in the environment and no login
/// counts, for processes that are started at different times have to find the same.
std::string find_folder(const std::string& configured, missing_folders missing = missing_folders::make);

/// The same with the home of the password database as `home`; empty: none.
std::string find_folder(const std::string& configured, const std::string& home, missing_folders missing);

/// Opens the folder, and creates it where it is missing. The trouble says why it cannot be used: it has to be the
/// effective user's own and private.
result<descriptor, trouble> open_state_folder(const std::string& folder);

/// Opens, as a local store would, the files for services with this `timestamp_delta_limit`, and closes them again. The
/// trouble says what is wrong with which of them, and what to do.
result<void, trouble> try_folder(const std::string& folder, std::chrono::seconds delta_limit);

}  // namespace wampfcgi::store
