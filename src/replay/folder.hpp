// Owns opening what processes of one user share and nobody else may read or write.
#pragma once

#include "handle.hpp"

#include <string>
#include <string_view>

namespace wampfcgi::replay {

/// Opens the file `name` in the folder at `path` for reading and writing. A missing folder is created, with mode 0700;
/// a missing file too, with mode 0600 and `content`: nobody sees it with less. Throws std::runtime_error, also when the
/// folder or the file is not the effective user's own and private.
handle open_private_file(const std::string& path, const std::string& name, std::string_view content);

}  // namespace wampfcgi::replay
