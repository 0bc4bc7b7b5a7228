// Owns the lookup of the process's user in the password database; the environment is not trusted for that.
#pragma once

#include <optional>
#include <string>

namespace wampfcgi {

struct user_entry {
    std::string name;
    std::string home;  ///< as in the database; may be empty
};

/// The entry of the effective user; nothing when there is no such user or the database cannot be read. Call it only
/// when needed: glibc aborts when it has no memory for the lookup.
std::optional<user_entry> own_user();

}  // namespace wampfcgi
