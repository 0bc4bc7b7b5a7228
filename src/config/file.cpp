#include "config/file.hpp"

#include "config/parse.hpp"
#include "wampfcgi/config/config.hpp"
#include "wampfcgi/core/own_user.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <system_error>
#include <utility>

namespace wampfcgi::config {
namespace {

// Far above any configuration, and low enough for a device that never ends.
constexpr std::size_t max_file_bytes = std::size_t{16} << 20;

// 0, or the errno of what failed.
int read_to_end(int descriptor, std::string& content)
{
    std::array<char, 16384> buffer;
    for (;;) {
        const ssize_t got = ::read(descriptor, buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return got < 0 ? errno : 0;
        content.append(buffer.data(), static_cast<std::size_t>(got));
        if (content.size() > max_file_bytes)
            return EFBIG;
    }
}

// Of the process; its number where the password database has no name.
std::string user_name()
{
    const auto user = own_user();
    return user ? user->name : std::to_string(::geteuid());
}

}  // namespace

std::optional<file_content> read_file(const std::string& path, std::string& why_not)
{
    file_content content;
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY);
    int error = descriptor < 0 ? errno : 0;
    if (descriptor >= 0) {
        error = read_to_end(descriptor, content.text);
        struct stat facts {};
        if (::fstat(descriptor, &facts) != 0)
            facts.st_mode = S_IFREG | S_IRWXO;
        content.open_to_others = (facts.st_mode & S_IRWXO) != 0;
        content.readable_by_others = (facts.st_mode & S_IROTH) != 0;
        content.writable_by_others = S_ISREG(facts.st_mode) && (facts.st_mode & S_IWOTH) != 0;
        ::close(descriptor);
    }
    if (error != 0) {
        why_not = std::generic_category().message(error);
        if (error == EACCES)
            why_not += " as user " + user_name();
        return std::nullopt;
    }
    return content;
}

std::variant<settings, mistakes> load(const std::string& path)
{
    std::string why_not;
    const auto text = read_file(path, why_not);
    if (!text)
        return mistakes{path + ": cannot be read: " + why_not};
    if (text->writable_by_others)
        return mistakes{path + ": others can write this file, and so choose whom to trust (chmod o-w FILE)"};
    parsed result = parse_noting_secrets(text->text, path, read_file);
    if (auto* const good = std::get_if<settings>(&result.found))
        if (result.has_secret && text->readable_by_others)
            good->warnings.insert(good->warnings.begin(),
                                  path + ": has a secret in it, and others can read this file (chmod o= FILE)");
    return std::move(result.found);
}

}  // namespace wampfcgi::config
