// Owns looking up users and groups, and permanently switching to another user.
#pragma once

#include "wampfcgi/core/trouble.hpp"

#include <optional>
#include <string>
#include <sys/types.h>

namespace wampfcgi::process {

/// Finds it by name, or by a decimal number, which need not be in the database.
result<uid_t, trouble> find_user(const std::string& name);
result<gid_t, trouble> find_group(const std::string& name);

/// True when the process has root's privileges.
bool is_root() noexcept;

/// Switches to `user` with `group`, or with the user's own group and supplementary groups; `group` alone changes only
/// the group. Verifies that the process cannot switch back. Does nothing when both are absent. Call it before starting
/// threads.
result<void, trouble> become(const std::optional<std::string>& user, const std::optional<std::string>& group);

}  // namespace wampfcgi::process
