// Owns opening what processes of one user share and nobody else may read or write.
#pragma once

#include "store/presence.hpp"
#include "wampfcgi/bridge/store.hpp"
#include "wampfcgi/core/descriptor.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace wampfcgi::store {

/// Opens the folder at `path`; a missing one is created, with mode 0700. Throws std::runtime_error, also when it is not
/// the effective user's own and private.
descriptor open_folder(const std::string& path);

/// "KIND-HASH": the name of the file of one of several things of a kind, the same in every process.
std::string file_name_of(std::string_view kind, bridge::key_id which);

/// Opens a file with mode 0600 for a presence: beside the folder, so that it stays when the
/// folder is removed; or in it, where this user may make none beside it. Throws std::runtime_error.
descriptor open_lock_file(const std::string& path, const descriptor& folder);

/// Opens the file `name` in `folder`, which is at `path`, for reading and writing; a missing one is created, with mode
/// 0600 and `content`, and nobody sees it with less. Throws std::runtime_error, also when it is not the effective
/// user's own and private.
descriptor open_or_create_private_file(const descriptor& folder, const std::string& path, const std::string& name,
                                       const presence::entry& within,
                                       const std::function<std::string(const presence::entry&)>& content);

/// The same without a presence, for files that may begin anew at any time: `fill` writes what is in a new one.
descriptor open_or_create_private_file(const descriptor& folder, const std::string& path, const std::string& name,
                                       const std::function<void(const descriptor& made)>& fill);

}  // namespace wampfcgi::store
