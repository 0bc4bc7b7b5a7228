#include "locate.hpp"

#include "wampfcgi/config/config.hpp"

#include <pwd.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <vector>

namespace wampfcgi::config {
namespace {

std::optional<std::string> home_of_user()
{
    std::vector<char> buffer(1024);
    passwd record{};
    passwd* found = nullptr;
    int error = 0;
    while ((error = ::getpwuid_r(::geteuid(), &record, buffer.data(), buffer.size(), &found)) == ERANGE)
        buffer.resize(buffer.size() * 2);
    if (error != 0 || !found || !found->pw_dir)
        return std::nullopt;
    return found->pw_dir;
}

}  // namespace

std::string choose_file(const std::optional<std::string>& option, const surroundings& here)
{
    if (option)
        return *option;
    if (here.variable && !here.variable->empty())
        return *here.variable;
    if (here.home && !here.home->empty())
        if (const std::string own = *here.home + "/.config/wamp-fcgi/config.json"; here.exists(own))
            return own;
    return "/etc/wamp-fcgi/config.json";
}

std::string locate(const std::optional<std::string>& option)
{
    surroundings here;
    if (const char* const variable = std::getenv("WAMP_FCGI_CONFIG"))
        here.variable = variable;
    here.home = home_of_user();
    here.exists = [](const std::string& path) { return ::access(path.c_str(), F_OK) == 0; };
    return choose_file(option, here);
}

}  // namespace wampfcgi::config
