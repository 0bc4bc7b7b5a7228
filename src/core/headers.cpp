#include "wampfcgi/core/headers.hpp"

#include "wampfcgi/core/pairs.hpp"

namespace wampfcgi {
namespace {

constexpr std::string_view header_prefix = "HTTP_";

bool is_small(char c)
{
    return c >= 'a' && c <= 'z';
}

bool is_capital(char c)
{
    return c >= 'A' && c <= 'Z';
}

/// The header's name in a variable's name; nothing when the variable is not a header.
std::optional<std::string_view> header_in(const name_value_pair& variable)
{
    std::string_view name = variable.name;
    if (name == "CONTENT_TYPE" || name == "CONTENT_LENGTH") {
        const bool is_sent = !variable.value.empty() && variable.value != "-1";  // Caddy's length of a chunked body
        return is_sent ? std::optional(name) : std::nullopt;
    }
    if (!name.starts_with(header_prefix))
        return std::nullopt;
    name.remove_prefix(header_prefix.size());
    // nginx sends these two in both forms; the one without HTTP_ counts.
    if (name.empty() || name == "CONTENT_TYPE" || name == "CONTENT_LENGTH")
        return std::nullopt;
    return name;
}

}  // namespace

std::string header_name(std::string_view name)
{
    std::string written(name);
    bool at_start = true;
    for (char& c : written) {
        if (c == '_')
            c = '-';
        else if (at_start && is_small(c))
            c = static_cast<char>(c - 'a' + 'A');
        else if (!at_start && is_capital(c))
            c = static_cast<char>(c - 'A' + 'a');
        at_start = c == '-';
    }
    return written;
}

std::optional<header_view> take_header(std::string_view& pairs)
{
    while (const auto variable = take_pair(pairs))
        if (const auto name = header_in(*variable))
            return header_view{header_name(*name), variable->value};
    return std::nullopt;
}

std::optional<std::string_view> find_header(const request& req, std::string_view name)
{
    std::string_view rest = req.pairs();
    while (const auto next = take_header(rest))
        if (next->name == name)
            return next->value;
    return std::nullopt;
}

}  // namespace wampfcgi
