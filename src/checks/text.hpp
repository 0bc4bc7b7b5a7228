// Owns helpers of the checks for ASCII text and refusals, independent of the locale.
#pragma once

#include "wampfcgi/core/result.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace wampfcgi::checks {

inline bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

inline char to_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

inline std::string to_lower(std::string_view text)
{
    std::string lower(text);
    std::ranges::transform(lower, lower.begin(), [](char c) { return to_lower(c); });
    return lower;
}

inline bool equal_in_any_case(std::string_view a, std::string_view b)
{
    return std::ranges::equal(a, b, [](char x, char y) { return to_lower(x) == to_lower(y); });
}

/// Removes spaces and tabs at both ends.
inline std::string_view trim(std::string_view text)
{
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// Parses a decimal number of digits only: no sign, no space. Nothing when it has another form or does not fit.
inline std::optional<std::uint64_t> read_number(std::string_view text)
{
    std::uint64_t number = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc{} || stop != end)
        return std::nullopt;
    return number;
}

/// Takes the text before the first `separator`, and the separator, off the front of `rest`; all of it without a
/// separator.
inline std::string_view take_until(std::string_view& rest, char separator)
{
    const std::string_view piece = rest.substr(0, rest.find(separator));
    rest.remove_prefix(std::min(piece.size() + 1, rest.size()));
    return piece;
}

inline failure refusal(errc code, std::string detail, std::string_view peer_text = {})
{
    return {code, std::move(detail), std::string(peer_text), {}};
}

}  // namespace wampfcgi::checks
