// Owns users and groups: finding them, and becoming another user for good.
#pragma once

#include <optional>
#include <string>
#include <sys/types.h>
#include <variant>

namespace wampfcgi::process {

/// By name, or by a decimal number that need not be in the database. Otherwise: what is wrong, for people.
std::variant<uid_t, std::string> find_user(const std::string& name);
std::variant<gid_t, std::string> find_group(const std::string& name);

/// Whether this process has root's rights.
bool is_root() noexcept;

/// Becomes `user` with `group`, or with the user's own group and all others it is in; `group` alone changes the group
/// only. Makes sure that there is no way back. Does nothing where both are absent. Returns what went wrong, for people;
/// empty: all is well. Call it before there are threads.
std::string become(const std::optional<std::string>& user, const std::optional<std::string>& group);

}  // namespace wampfcgi::process
