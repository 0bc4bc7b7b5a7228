// Owns users and groups: finding them, and becoming another user for good.
#pragma once

#include "wampfcgi/core/trouble.hpp"

#include <optional>
#include <string>
#include <sys/types.h>

namespace wampfcgi::process {

/// By name, or by a decimal number that need not be in the database.
result<uid_t, trouble> find_user(const std::string& name);
result<gid_t, trouble> find_group(const std::string& name);

/// Whether this process has root's rights.
bool is_root() noexcept;

/// Becomes `user` with `group`, or with the user's own group and all others it is in; `group` alone changes the group
/// only. Makes sure that there is no way back. Does nothing where both are absent. Call it before there are
/// threads.
result<void, trouble> become(const std::optional<std::string>& user, const std::optional<std::string>& group);

}  // namespace wampfcgi::process
