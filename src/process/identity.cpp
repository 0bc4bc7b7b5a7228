#include "wampfcgi/process/identity.hpp"

#include "wampfcgi/log/log.hpp"

#include <cerrno>
#include <charconv>
#include <grp.h>
#include <pwd.h>
#include <system_error>
#include <unistd.h>

namespace wampfcgi::process {

namespace {

/// The highest number means "none" to the system, so it is not accepted.
std::optional<uid_t> number_in(const std::string& text) noexcept
{
    uid_t number = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc{} || stop != end || number == static_cast<uid_t>(-1))
        return {};
    return number;
}

struct wanted {
    std::optional<uid_t> user;
    std::optional<gid_t> group;
    std::string user_name;  ///< in the database; empty: no entry, so no supplementary groups
};

result<wanted, trouble> find_wanted(const std::optional<std::string>& user, const std::optional<std::string>& group)
{
    wanted who;
    if (user) {
        const auto found = find_user(*user);
        if (!found)
            return found.error();
        who.user = *found;
        if (const passwd* const entry = getpwuid(*found)) {
            who.user_name = entry->pw_name;
            who.group = entry->pw_gid;
        }
    }
    if (group) {
        const auto found = find_group(*group);
        if (!found)
            return found.error();
        who.group = *found;
    }
    if (!who.group)
        return trouble("user " + log::quote(*user) + " has no group in the password database (add --group GROUP)");
    return who;
}

result<void, trouble> change_groups(const wanted& who)
{
    const gid_t group = *who.group;
    const bool listed = !who.user_name.empty();
    if ((listed ? initgroups(who.user_name.c_str(), group) : setgroups(1, &group)) != 0)
        return trouble("cannot change the groups", errno);
    if (setresgid(group, group, group) != 0)
        return trouble("cannot change the group", errno);
    return {};
}

/// True when all ids have changed and root cannot be regained.
bool is_final(const wanted& who) noexcept
{
    uid_t real = 0;
    uid_t effective = 0;
    uid_t saved = 0;
    if (getresuid(&real, &effective, &saved) != 0 || real != *who.user || effective != *who.user || saved != *who.user)
        return false;
    return *who.user == 0 || (setuid(0) != 0 && seteuid(0) != 0);
}

}  // namespace

result<uid_t, trouble> find_user(const std::string& name)
{
    if (const passwd* const entry = getpwnam(name.c_str()))
        return entry->pw_uid;
    if (const auto number = number_in(name))
        return *number;
    return trouble("there is no user " + log::quote(name));
}

result<gid_t, trouble> find_group(const std::string& name)
{
    if (const group* const entry = getgrnam(name.c_str()))
        return entry->gr_gid;
    if (const auto number = number_in(name))
        return *number;
    return trouble("there is no group " + log::quote(name));
}

bool is_root() noexcept
{
    return geteuid() == 0;
}

result<void, trouble> become(const std::optional<std::string>& user, const std::optional<std::string>& group)
{
    if (!user && !group)
        return {};
    const auto who = find_wanted(user, group);
    if (!who)
        return who.error();
    if (!is_root())
        return trouble("only root can become another user or group");
    if (auto changed = change_groups(*who); !changed || !who->user)
        return changed;
    if (setresuid(*who->user, *who->user, *who->user) != 0)
        return trouble("cannot change the user", errno);
    if (!is_final(*who))
        return trouble("root could be regained after the change of user");
    return {};
}

}  // namespace wampfcgi::process
