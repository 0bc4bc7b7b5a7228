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
    if (digits.size() > max_fraction_digits || !read_number(digits))
        return std::nullopt;
    std::string padded(digits);
    padded.resize(max_fraction_digits, '0');
    return std::chrono::microseconds{*read_number(padded)};
}

}  // namespace

std::optional<std::chrono::sys_time<std::chrono::microseconds>> parse_timestamp(std::string_view text)
{
    using namespace std::chrono;
    if (!has_shape(text.substr(0, shape.size())))
        return std::nullopt;
    const auto number = [text](std::size_t position, std::size_t digits) {
        return static_cast<unsigned>(read_number(text.substr(position, digits)).value());
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
