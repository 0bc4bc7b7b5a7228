#include "metrics/rendering/writing.hpp"

#include <array>
#include <cstddef>

namespace wampfcgi::metrics {
namespace {

std::string padded(std::uint64_t value, std::size_t digits)
{
    std::string text = std::to_string(value);
    return std::string(digits > text.size() ? digits - text.size() : 0, '0') + text;
}

std::string tenths(std::uint64_t count)
{
    return std::to_string(count / 10) + "." + std::to_string(count % 10);
}

}  // namespace

std::string as_seconds(std::uint64_t microseconds)
{
    std::string fraction = padded(microseconds % 1'000'000, 6);
    while (fraction.size() > 1 && fraction.back() == '0')
        fraction.pop_back();
    return std::to_string(microseconds / 1'000'000) + "." + fraction;
}

std::string as_iso_time(std::chrono::sys_seconds when)
{
    const auto day = std::chrono::floor<std::chrono::days>(when);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss time(when - day);
    const auto two = [](auto value) { return padded(static_cast<std::uint64_t>(value), 2); };
    return padded(static_cast<std::uint64_t>(static_cast<int>(date.year())), 4) + "-" +
           two(static_cast<unsigned>(date.month())) + "-" + two(static_cast<unsigned>(date.day())) + "T" +
           two(time.hours().count()) + ":" + two(time.minutes().count()) + ":" + two(time.seconds().count()) + "Z";
}

std::string as_size(std::uint64_t bytes)
{
    static constexpr std::array<const char*, 5> units{" KiB", " MiB", " GiB", " TiB", " PiB"};
    if (bytes < 1024)
        return std::to_string(bytes) + " B";
    std::size_t unit = 0;
    while (unit + 1 < units.size() && bytes >= 1024 * 1024) {
        bytes /= 1024;
        ++unit;
    }
    return tenths(bytes / 1024 * 10 + bytes % 1024 * 10 / 1024) + units[unit];
}

std::string as_age(std::chrono::seconds age)
{
    struct unit {
        std::int64_t seconds;
        const char* name;
    };
    static constexpr std::array<unit, 4> units{{{86'400, " d"}, {3'600, " h"}, {60, " min"}, {1, " s"}}};
    std::int64_t left = age.count() > 0 ? age.count() : 0;
    for (std::size_t i = 0; i + 1 < units.size(); ++i) {
        if (left < units[i].seconds)
            continue;
        const std::string larger = std::to_string(left / units[i].seconds) + units[i].name;
        left %= units[i].seconds;
        return larger + " " + std::to_string(left / units[i + 1].seconds) + units[i + 1].name;
    }
    return std::to_string(left) + " s";
}

std::string as_duration(std::uint64_t microseconds)
{
    if (microseconds < 1'000)
        return std::to_string(microseconds) + " us";
    if (microseconds < 1'000'000)
        return tenths(microseconds / 100) + " ms";
    return tenths(microseconds / 100'000) + " s";
}

std::string printable(std::string_view text)
{
    std::string safe(text);
    for (char& each : safe)
        if (static_cast<unsigned char>(each) < 0x20 || each == 0x7F)
            each = '?';
    return safe;
}

}  // namespace wampfcgi::metrics
