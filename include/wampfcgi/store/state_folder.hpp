// Owns where the files are that the processes of a user share, and whether they can be used.
#pragma once

#include <chrono>
#include <string>

namespace wampfcgi::store {

/// Where the files are: `configured`, or, where that is empty, the first folder in the environment's STATE_DIRECTORY
/// (systemd sets it), or "/dev/shm/wamp-fcgi-UID" of the effective user.
std::string find_folder(const std::string& configured);

/// Opens, as a local store would, the files for services with this `timestamp_delta_limit`, and closes them again.
/// Throws std::runtime_error, whose text says what is wrong with which of them.
void try_folder(const std::string& folder, std::chrono::seconds delta_limit);

}  // namespace wampfcgi::store
