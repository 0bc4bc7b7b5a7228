#include "wampfcgi/checks/signature.hpp"

#include "checks/text.hpp"

#include <array>
#include <utility>

namespace wampfcgi::checks {

namespace {

/// The value of a hexadecimal digit, or -1.
int hex_value(char c)
{
    if (is_digit(c))
        return c - '0';
    const char lower = to_lower(c);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// The byte that an escape at the front of `text` stands for. Nothing when there is no whole escape.
std::optional<char> unescape(std::string_view text)
{
    if (text.size() < 3 || text[0] != '%')
        return std::nullopt;
    const int high = hex_value(text[1]);
    const int low = hex_value(text[2]);
    if (high < 0 || low < 0)
        return std::nullopt;
    return static_cast<char>(high * 16 + low);
}

std::string form_decode(std::string_view text)
{
    if (text.find('%') == std::string_view::npos && text.find('+') == std::string_view::npos)
        return std::string(text);
    std::string decoded;
    decoded.reserve(text.size());
    while (!text.empty()) {
        const auto byte = unescape(text);
        decoded += byte ? *byte : text[0] == '+' ? ' ' : text[0];
        text.remove_prefix(byte ? 3 : 1);
    }
    return decoded;
}

}  // namespace

query_parameters parse_query(std::string_view query)
{
    using member = std::optional<std::string> query_parameters::*;
    static constexpr std::array<std::pair<std::string_view, member>, 5> known{{
        {"key", &query_parameters::key},
        {"timestamp", &query_parameters::timestamp},
        {"seq", &query_parameters::seq},
        {"nonce", &query_parameters::nonce},
        {"signature", &query_parameters::signature},
    }};
    query_parameters parameters;
    while (!query.empty()) {
        std::string_view value = take_until(query, '&');
        const std::string name = form_decode(take_until(value, '='));
        for (const auto& [known_name, target] : known)
            if (name == known_name && !(parameters.*target))
                parameters.*target = form_decode(value);
    }
    return parameters;
}

}  // namespace wampfcgi::checks
