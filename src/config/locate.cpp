#include "config/locate.hpp"

#include "wampfcgi/config/config.hpp"
#include "wampfcgi/core/own_user.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <system_error>
#include <vector>

namespace wampfcgi::config {
namespace {

constexpr const char* own_file = "/.config/wamp-fcgi/config.json";  // below the home directory
constexpr const char* systems_file = "/etc/wamp-fcgi/config.json";

bool is_set(const std::optional<std::string>& text)
{
    return text && !text->empty();
}

surroundings observe(const std::optional<std::string>& option)
{
    surroundings here;
    if (const char* const variable = std::getenv("WAMP_FCGI_CONFIG"))
        here.variable = variable;
    if (!option && !is_set(here.variable))
        if (const auto user = own_user())
            here.home = user->home;
    here.why_missing = [](const std::string& path) {
        return ::access(path.c_str(), F_OK) == 0 ? std::string{} : std::generic_category().message(errno);
    };
    return here;
}

}  // namespace

std::string choose_file(const std::optional<std::string>& option, const surroundings& here)
{
    if (option)
        return *option;
    if (is_set(here.variable))
        return *here.variable;
    if (is_set(here.home))
        if (const std::string own = *here.home + own_file; here.why_missing(own).empty())
            return own;
    return systems_file;
}

std::string why_there_is_none(const std::optional<std::string>& option, const surroundings& here)
{
    if (option || is_set(here.variable))
        return {};
    std::string found = "there is no configuration: neither --config nor WAMP_FCGI_CONFIG names one; ";
    std::vector<std::string> places;
    if (is_set(here.home))
        places.push_back(*here.home + own_file);
    places.emplace_back(systems_file);
    for (const std::string& place : places) {
        const std::string why_missing = here.why_missing(place);
        if (why_missing.empty())
            return {};
        found += (place == places.front() ? "" : "; ") + place + ": " + why_missing;
    }
    return found;
}

std::string locate(const std::optional<std::string>& option)
{
    return choose_file(option, observe(option));
}

std::variant<settings, mistakes> load_located(const std::optional<std::string>& option)
{
    const surroundings here = observe(option);
    const std::string why_none = why_there_is_none(option, here);
    if (!why_none.empty())
        return mistakes{why_none};
    return load(choose_file(option, here));
}

}  // namespace wampfcgi::config
