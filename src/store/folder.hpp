// Owns opening files that one user's processes share, and no other user may access.
#pragma once

#include "store/presence.hpp"
#include "wampfcgi/bridge/store.hpp"
#include "wampfcgi/core/descriptor.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace wampfcgi::store {

/// Opens the folder at `path`; creates a missing one with mode 0700. Throws std::runtime_error, also when it does not
/// belong to the effective user or is not private.
descriptor open_folder(const std::string& path);

/// "KIND-HASH": a file's name, the same in every process, for one of several things of a kind.
std::string file_name_of(std::string_view kind, bridge::key_id which);

/// Opens a file with mode 0600 for a presence. It is beside the folder, so that it survives the folder's removal; or in
/// the folder, if this user cannot create it beside. Throws std::runtime_error.
descriptor open_lock_file(const std::string& path, const descriptor& folder);

/// Opens the file `name` in `folder`, whose path is `path`, for reading and writing. Creates a missing one with mode
/// 0600 and `content`; other processes never see it incomplete. Throws std::runtime_error, also when it does not belong
/// to the effective user or is not private.
descriptor open_or_create_private_file(const descriptor& folder, const std::string& path, const std::string& name,
                                       const presence::entry& within,
                                       const std::function<std::string(const presence::entry&)>& content);

/// The same without a presence, for files that may start anew at any time. `fill` writes the content of a new one.
descriptor open_or_create_private_file(const descriptor& folder, const std::string& path, const std::string& name,
                                       const std::function<void(const descriptor& made)>& fill);

}  // namespace wampfcgi::store
