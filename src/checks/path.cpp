#include "wampfcgi/checks/path.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>

namespace wampfcgi::checks {

namespace {

/// The part of SCRIPT_NAME + PATH_INFO after the mount, or nothing when the path does not begin with it. "/wampoline"
/// is not below "/wamp": key_of() refuses "oline". Nothing may stand before the mount: otherwise a <Location> of the
/// web server could be bypassed.
std::optional<std::string> path_below(std::string_view mount, const request& req)
{
    if (mount.ends_with('/'))
        mount.remove_suffix(1);
    std::string path = req.path();
    if (!path.starts_with(mount))
        return std::nullopt;
    path.erase(0, mount.size());
    return path;
}

/// The key for a path, or nothing when no key can have that form.
std::optional<std::string_view> key_of(std::string_view path)
{
    if (path.empty() || path == "/")
        return "/";
    if (!path.starts_with('/') || path.starts_with("//"))
        return std::nullopt;
    return path.substr(1);
}

std::optional<std::string> path_of(const request& req, std::string_view mount)
{
    return mount.empty() ? std::string(req.path_info()) : path_below(mount, req);
}

const service_settings* status_above(std::string_view key, const std::vector<service_settings>& services)
{
    const std::size_t slash = key.rfind('/');
    const std::string_view last = slash == std::string_view::npos ? key : key.substr(slash + 1);
    if (last != "ping" && last != "ready")
        return nullptr;
    const std::string_view above = slash == std::string_view::npos ? "/" : key.substr(0, slash);
    const auto found = std::ranges::find(services, above, &service_settings::path);
    return found != services.end() && found->type == service_type::status ? &*found : nullptr;
}

}  // namespace

std::optional<std::string> spelled_key(const request& req, std::string_view mount)
{
    const auto path = path_of(req, mount);
    const auto key = path ? key_of(*path) : std::nullopt;
    return key ? std::optional<std::string>(*key) : std::nullopt;
}

const service_settings* find_service(const request& req, std::string_view mount,
                                     const std::vector<service_settings>& services)
{
    const auto path = path_of(req, mount);
    const auto key = path ? key_of(*path) : std::nullopt;
    if (!key)
        return nullptr;
    const auto found = std::ranges::find(services, *key, &service_settings::path);
    return found == services.end() ? status_above(*key, services) : &*found;
}

}  // namespace wampfcgi::checks
