#include "wampfcgi/checks/signature.hpp"

#include "checks/text.hpp"
#include "wampfcgi/core/text/hex.hpp"

#include <array>
#include <utility>

namespace wampfcgi::checks {

namespace {

std::string form_decode(std::string_view text)
{
    if (text.find('%') == std::string_view::npos && text.find('+') == std::string_view::npos)
        return std::string(text);
    std::string decoded;
    decoded.reserve(text.size());
    while (!text.empty()) {
        const auto byte = percent_escape(text);
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
