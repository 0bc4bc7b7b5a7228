#include "address.hpp"

#include <algorithm>
#include <stdexcept>
#include <string_view>

namespace wampfcgi::devrouter {

namespace {

constexpr std::string_view unix_prefix = "unix:";
constexpr std::string_view after_scheme = "://";

address parse_local(const std::string& path)
{
    if (!path.starts_with('/'))
        throw std::invalid_argument("--listen unix: expects an absolute path, got " + path);
    return {.scheme = "unix", .host = {}, .port = {}, .path = path};
}

}  // namespace

address parse_address(const std::string& text)
{
    if (text.starts_with(unix_prefix))
        return parse_local(text.substr(unix_prefix.size()));
    address parsed{.scheme = "rs", .host = text, .port = {}, .path = {}};
    if (const auto end = text.find(after_scheme); end != std::string::npos) {
        parsed.scheme = text.substr(0, end);
        parsed.host = text.substr(end + after_scheme.size());
    }
    if (parsed.scheme != "rs" && !parsed.is_tls() && parsed.scheme != "ws")
        throw std::invalid_argument("--listen knows rs://, rss://, ws://, wss:// and unix:, got " + text);
    if (const auto slash = parsed.host.find('/'); parsed.is_websocket()) {
        parsed.path = slash == std::string::npos ? "/" : parsed.host.substr(slash);
        parsed.host.resize(std::min(slash, parsed.host.size()));
    }
    const auto colon = parsed.host.rfind(':');
    if (colon == std::string::npos || colon == 0 || colon + 1 == parsed.host.size())
        throw std::invalid_argument("--listen expects HOST:PORT, [HOST]:PORT or unix:/PATH, got " + text);
    parsed.port = parsed.host.substr(colon + 1);
    parsed.host.resize(colon);
    if (parsed.host.starts_with('[') && parsed.host.ends_with(']'))
        parsed.host = parsed.host.substr(1, parsed.host.size() - 2);
    return parsed;
}

}  // namespace wampfcgi::devrouter
