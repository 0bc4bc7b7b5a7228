#include "wampfcgi/checks/signature.hpp"

#include <cstddef>

namespace wampfcgi::checks {

namespace {

constexpr std::size_t date_and_time_bytes = 19;  // 0000-00-00T00:00:00
constexpr std::size_t max_fraction_digits = 6;

/// Reads digits, and remembers whether all of them were digits.
class digit_reader {
public:
    explicit digit_reader(std::string_view text) : text_(text) {}

    unsigned digit(std::size_t at)
    {
        const unsigned value = static_cast<unsigned char>(text_[at]) - unsigned{'0'};
        are_digits_ &= value <= 9;
        return value;
    }
    unsigned two_digits(std::size_t at)
    {
        const unsigned tens = digit(at);
        return 10 * tens + digit(at + 1);
    }

    bool are_digits() const noexcept { return are_digits_; }

private:
    std::string_view text_;
    bool are_digits_ = true;
};

bool has_separators(std::string_view text)
{
    return text[4] == '-' && text[7] == '-' && text[10] == 'T' && text[13] == ':' && text[16] == ':';
}

/// Parses the part after the seconds: "Z", or ".123Z".
std::optional<std::chrono::microseconds> parse_fraction(std::string_view text)
{
    if (text == "Z")
        return std::chrono::microseconds{0};
    if (!text.starts_with('.') || !text.ends_with('Z'))
        return std::nullopt;
    const std::string_view digits = text.substr(1, text.size() - 2);
    if (digits.empty() || digits.size() > max_fraction_digits)
        return std::nullopt;
    digit_reader reader(digits);
    unsigned fraction = 0;
    for (std::size_t i = 0; i < max_fraction_digits; ++i)
        fraction = 10 * fraction + (i < digits.size() ? reader.digit(i) : 0);
    return reader.are_digits() ? std::optional(std::chrono::microseconds{fraction}) : std::nullopt;
}

}  // namespace

std::optional<std::chrono::sys_time<std::chrono::microseconds>> parse_timestamp(std::string_view text)
{
    using namespace std::chrono;
    if (text.size() < date_and_time_bytes || !has_separators(text))
        return std::nullopt;
    digit_reader reader(text);
    const unsigned century = reader.two_digits(0);
    const year_month_day date{year{static_cast<int>(100 * century + reader.two_digits(2))}, month{reader.two_digits(5)},
                              day{reader.two_digits(8)}};
    const hours hour{reader.two_digits(11)};
    const minutes minute{reader.two_digits(14)};
    const seconds second{reader.two_digits(17)};
    const auto fraction = parse_fraction(text.substr(date_and_time_bytes));
    if (!reader.are_digits() || !date.ok() || hour >= hours{24} || minute >= minutes{60} || second >= seconds{60} ||
        !fraction)
        return std::nullopt;
    return sys_days{date} + hour + minute + second + *fraction;
}

}  // namespace wampfcgi::checks
