#include "wampfcgi/core/text/authority.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <system_error>

namespace wampfcgi {

authority split_authority(std::string_view text) noexcept
{
    const std::size_t colon =
        text.starts_with('[') ? text.find(':', std::min(text.find(']'), text.size())) : text.rfind(':');
    if (colon == std::string_view::npos)
        return {text, std::nullopt};
    return {text.substr(0, colon), text.substr(colon + 1)};
}

std::optional<std::uint16_t> parse_port(std::string_view text) noexcept
{
    constexpr std::size_t max_digits = 5;
    std::uint16_t port = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, port);
    if (error != std::errc{} || stop != end || text.size() > max_digits)
        return std::nullopt;
    return port;
}

std::optional<std::string_view> unbracketed(std::string_view host) noexcept
{
    if (host.size() < 2 || !host.starts_with('[') || !host.ends_with(']'))
        return std::nullopt;
    return host.substr(1, host.size() - 2);
}

std::string bracketed(std::string_view host)
{
    if (host.find(':') == std::string_view::npos)
        return std::string(host);
    return '[' + std::string(host) + ']';
}

}  // namespace wampfcgi
