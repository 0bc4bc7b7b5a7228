// Owns what the password database says about the user that the process runs as: the environment may say anything.
#pragma once

#include <optional>
#include <string>

namespace wampfcgi {

struct user_entry {
    std::string name;
    std::string home;  ///< as it stands there; may be empty
};

/// The entry of the effective user; none where there is no such user, or the database cannot be read. glibc aborts
/// where it has no memory for it, so that it is not to be asked without need.
std::optional<user_entry> own_user();

}  // namespace wampfcgi
