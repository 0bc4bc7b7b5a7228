#include "wampfcgi/checks/signature.hpp"

#include "checks/text.hpp"

#include <algorithm>

namespace wampfcgi::checks {

namespace {

constexpr std::string_view shape = "0000-00-00T00:00:00";
constexpr std::size_t max_fraction_digits = 6;

bool has_shape(std::string_view text)
{
    return std::ranges::equal(text, shape, [](char c, char s) { return s == '0' ? is_digit(c) : c == s; });
}

/// Parses the part after the seconds: "Z", or ".123Z".
std::optional<std::chrono::microseconds> parse_fraction(std::string_view text)
{
    if (text == "Z")
        return std::chrono::microseconds{0};
    if (!text.starts_with('.') || !text.ends_with('Z'))
        return std::nullopt;
    const std::string_view digits = text.substr(1, text.size() - 2);
    if (digits.empty() || digits.size() > max_fraction_digits || !std::ranges::all_of(digits, is_digit))
        return std::nullopt;
    unsigned fraction = 0;
    for (std::size_t i = 0; i < max_fraction_digits; ++i)
        fraction = 10 * fraction + (i < digits.size() ? static_cast<unsigned>(digits[i] - '0') : 0);
    return std::chrono::microseconds{fraction};
}

}  // namespace

std::optional<std::chrono::sys_time<std::chrono::microseconds>> parse_timestamp(std::string_view text)
{
    using namespace std::chrono;
    if (!has_shape(text.substr(0, shape.size())))
        return std::nullopt;
    const auto digit = [text](std::size_t position) { return static_cast<unsigned>(text[position] - '0'); };
    const auto two_digits = [digit](std::size_t position) { return 10 * digit(position) + digit(position + 1); };
    const year_month_day date{year{static_cast<int>(100 * two_digits(0) + two_digits(2))}, month{two_digits(5)},
                              day{two_digits(8)}};
    const hours hour{two_digits(11)};
    const minutes minute{two_digits(14)};
    const seconds second{two_digits(17)};
    const auto fraction = parse_fraction(text.substr(shape.size()));
    if (!date.ok() || hour >= hours{24} || minute >= minutes{60} || second >= seconds{60} || !fraction)
        return std::nullopt;
    return sys_days{date} + hour + minute + second + *fraction;
}

}  // namespace wampfcgi::checks
