#include "wampfcgi/replay/memory.hpp"

#include "store.hpp"

#include <cstdlib>
#include <stdexcept>
#include <string_view>
#include <unistd.h>

namespace wampfcgi::replay {
namespace {

/// The number of the window that an instant is in; before 1970 too.
std::int64_t window_of(bridge::replay_guard::instant when, std::chrono::microseconds window)
{
    const std::int64_t since = when.time_since_epoch().count();
    const std::int64_t whole = since / window.count();
    return since % window.count() < 0 ? whole - 1 : whole;
}

/// With a slash at its end a path would lead through a symbolic link.
std::string without_slashes_behind(std::string_view path)
{
    while (path.size() > 1 && path.ends_with('/'))
        path.remove_suffix(1);
    return std::string(path);
}

}  // namespace

std::string find_folder(const std::string& configured)
{
    if (!configured.empty())
        return without_slashes_behind(configured);
    // systemd separates several by colons, and escapes none in them.
    const char* const given = std::getenv("STATE_DIRECTORY");
    const std::string_view all = given != nullptr ? given : "";
    if (const auto first = all.substr(0, all.find(':')); first.starts_with('/'))
        return without_slashes_behind(first);
    return "/dev/shm/wamp-fcgi-" + std::to_string(geteuid());
}

memory::memory(const std::string& folder, std::chrono::seconds delta_limit, std::uint64_t capacity)
    : window_(2 * delta_limit),
      capacity_(capacity)
{
    const std::string name = "replay-" + std::to_string(delta_limit.count()) + ".";
    for (std::size_t parity = 0; parity < by_parity_.size(); ++parity)
        by_parity_[parity] = std::make_unique<store>(folder, name + std::to_string(parity));
}

memory::~memory() = default;

result<void> memory::remember(const bridge::signature_bytes& signature, instant expires_at, instant now)
{
    if (expires_at < now || expires_at > now + window_)
        throw std::logic_error("a signature that is not fresh is to be remembered");
    const std::int64_t generation = window_of(expires_at, window_);
    const occasion when{generation, expires_at.time_since_epoch().count(), (now + window_).time_since_epoch().count()};
    return by_parity_[static_cast<std::size_t>(generation & 1)]->remember(signature, when, capacity_);
}

}  // namespace wampfcgi::replay
