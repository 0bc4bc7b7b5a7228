#include "wampfcgi/checks/path.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>

namespace wampfcgi::checks {

namespace {

/// SCRIPT_NAME + PATH_INFO: a view of the request when one of them is empty, else of `joined`.
std::string_view whole_path(const request& req, std::string& joined)
{
    if (req.script_name().empty())
        return req.path_info();
    if (req.path_info().empty())
        return req.script_name();
    joined = req.path();
    return joined;
}

/// The part of the whole path after the mount, or nothing when the path does not begin with it. "/wampoline"
/// is not below "/wamp": key_of() refuses "oline". Nothing may stand before the mount: otherwise a <Location> of the
/// web server could be bypassed.
std::optional<std::string_view> path_below(std::string_view mount, std::string_view path)
{
    if (mount.ends_with('/'))
        mount.remove_suffix(1);
    if (!path.starts_with(mount))
        return std::nullopt;
    return path.substr(mount.size());
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

/// The key that a request spells, or nothing when it spells none. A view of the request, or of `joined`.
std::optional<std::string_view> key_in(const request& req, std::string_view mount, std::string& joined)
{
    const auto path = mount.empty() ? req.path_info() : path_below(mount, whole_path(req, joined));
    return path ? key_of(*path) : std::nullopt;
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
    std::string joined;
    const auto key = key_in(req, mount, joined);
    return key ? std::optional<std::string>(*key) : std::nullopt;
}

const service_settings* find_service(const request& req, std::string_view mount,
                                     const std::vector<service_settings>& services)
{
    std::string joined;
    const auto key = key_in(req, mount, joined);
    if (!key)
        return nullptr;
    const auto found = std::ranges::find(services, *key, &service_settings::path);
    return found == services.end() ? status_above(*key, services) : &*found;
}

}  // namespace wampfcgi::checks
