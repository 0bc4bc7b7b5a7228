// Owns writing a time in the form of requests and configurations.
#pragma once

#include <array>
#include <chrono>
#include <cstdio>
#include <string>

namespace wampfcgi::fuzz {

/// "2024-01-01T00:00:00.000000Z"
inline std::string written_time(std::chrono::sys_time<std::chrono::microseconds> instant)
{
    using namespace std::chrono;
    const auto day = floor<days>(instant);
    const year_month_day date{day};
    const hh_mm_ss time{instant - day};
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%06dZ", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                  static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                  static_cast<int>(time.seconds().count()), static_cast<int>(time.subseconds().count()));
    return text.data();
}

}  // namespace wampfcgi::fuzz
