#include "config/load.hpp"

#include "config/parse.hpp"
#include "wampfcgi/config/config.hpp"
#include "wampfcgi/core/descriptor.hpp"
#include "wampfcgi/core/own_user.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <utility>
#include <vector>

namespace wampfcgi::config {
namespace {

// Far above any real configuration; stops reading an endless device.
constexpr std::size_t max_file_bytes = std::size_t{16} << 20;

// Returns 0, or the errno of the failure.
int read_to_end(int fd, std::string& content)
{
    std::array<char, 16384> buffer;
    for (;;) {
        const ssize_t got = ::read(fd, buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return got < 0 ? errno : 0;
        content.append(buffer.data(), static_cast<std::size_t>(got));
        if (content.size() > max_file_bytes)
            return EFBIG;
    }
}

// The user of the process; the number if the password database has no name for it.
std::string user_name()
{
    const auto user = own_user();
    return user ? user->name : std::to_string(::geteuid());
}

trouble cannot_read(int error_number)
{
    return trouble(system_words(error_number) + (error_number == EACCES ? " as user " + user_name() : ""));
}

// Reads a complete file, up to max_file_bytes.
result<file_content, trouble> read_file(const std::string& path)
{
    const descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    if (fd.get() < 0)
        return cannot_read(errno);
    file_content content;
    if (const int error_number = read_to_end(fd.get(), content.text); error_number != 0)
        return cannot_read(error_number);
    struct stat facts {};
    if (::fstat(fd.get(), &facts) != 0)
        facts.st_mode = S_IFREG | S_IRWXO;
    content.open_to_others = (facts.st_mode & S_IRWXO) != 0;
    content.readable_by_others = (facts.st_mode & S_IROTH) != 0;
    content.writable_by_others = S_ISREG(facts.st_mode) && (facts.st_mode & S_IWOTH) != 0;
    return content;
}

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
    here.look_for = [](const std::string& path) -> result<void, trouble> {
        if (::access(path.c_str(), F_OK) != 0)
            return trouble(system_words(errno));
        return {};
    };
    return here;
}

}  // namespace

std::variant<settings, mistakes> load(const std::string& path)
{
    const auto file = read_file(path);
    if (!file)
        return mistakes{path + ": cannot be read: " + file.error().text};
    if (file->writable_by_others)
        return mistakes{path + ": other users can write this file (chmod o-w FILE)"};
    parsed outcome = parse_noting_secrets(file->text, path, read_file);
    if (auto* const good = std::get_if<settings>(&outcome.found))
        if (outcome.has_secret && file->readable_by_others)
            good->warnings.insert(good->warnings.begin(),
                                  path + ": the file contains a secret, and other users can read it (chmod o= FILE)");
    return std::move(outcome.found);
}

std::string choose_file(const std::optional<std::string>& option, const surroundings& here)
{
    if (option)
        return *option;
    if (is_set(here.variable))
        return *here.variable;
    if (is_set(here.home))
        if (std::string own = *here.home + own_file; here.look_for(own))
            return own;
    return systems_file;
}

result<void, trouble> look_for_file(const std::optional<std::string>& option, const surroundings& here)
{
    if (option || is_set(here.variable))
        return {};
    std::vector<std::string> places;
    std::string why = "no configuration found: neither --config nor WAMP_FCGI_CONFIG names a file";
    if (is_set(here.home))
        places.push_back(*here.home + own_file);
    else
        why += "; the password database (of a portable program: /etc/passwd) has no home directory for this user";
    places.emplace_back(systems_file);
    for (const std::string& place : places) {
        const auto there = here.look_for(place);
        if (there)
            return {};
        why += "; " + place + ": " + there.error().text;
    }
    return trouble(why);
}

std::string locate(const std::optional<std::string>& option)
{
    return choose_file(option, observe(option));
}

std::variant<settings, mistakes> load_located(const std::optional<std::string>& option)
{
    const surroundings here = observe(option);
    if (const auto found = look_for_file(option, here); !found)
        return mistakes{found.error().text};
    return load(choose_file(option, here));
}

}  // namespace wampfcgi::config
