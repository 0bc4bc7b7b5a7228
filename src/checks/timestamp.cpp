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

/// `digits` must be decimal digits, few enough for the type.
unsigned number_of(std::string_view digits)
{
    unsigned number = 0;
    for (const char digit : digits)
        number = 10 * number + static_cast<unsigned>(digit - '0');
    return number;
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
    unsigned fraction = number_of(digits);
    for (std::size_t missing = max_fraction_digits - digits.size(); missing > 0; --missing)
        fraction *= 10;
    return std::chrono::microseconds{fraction};
}

}  // namespace

std::optional<std::chrono::sys_time<std::chrono::microseconds>> parse_timestamp(std::string_view text)
{
    using namespace std::chrono;
    if (!has_shape(text.substr(0, shape.size())))
        return std::nullopt;
    const auto number = [text](std::size_t position, std::size_t digits) {
        return number_of(text.substr(position, digits));
    };
    const year_month_day date{year{static_cast<int>(number(0, 4))}, month{number(5, 2)}, day{number(8, 2)}};
    const hours hour{number(11, 2)};
    const minutes minute{number(14, 2)};
    const seconds second{number(17, 2)};
    const auto fraction = parse_fraction(text.substr(shape.size()));
    if (!date.ok() || hour >= hours{24} || minute >= minutes{60} || second >= seconds{60} || !fraction)
        return std::nullopt;
    return sys_days{date} + hour + minute + second + *fraction;
}

}  // namespace wampfcgi::checks
