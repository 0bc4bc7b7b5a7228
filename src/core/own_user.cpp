#include "wampfcgi/core/own_user.hpp"

#include <cerrno>
#include <vector>

#include <pwd.h>
#include <unistd.h>

namespace wampfcgi {

std::optional<user_entry> own_user()
{
    std::vector<char> buffer(1024);
    passwd record{};
    passwd* found = nullptr;
    int error = 0;
    while ((error = ::getpwuid_r(::geteuid(), &record, buffer.data(), buffer.size(), &found)) == ERANGE)
        buffer.resize(buffer.size() * 2);
    if (error != 0 || found == nullptr)
        return {};
    return user_entry{record.pw_name, record.pw_dir != nullptr ? record.pw_dir : ""};
}

}  // namespace wampfcgi
