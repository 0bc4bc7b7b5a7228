// A timestamp in text. What is accepted and written again is the same text, but for zeros at the fraction's end.
#include "target.hpp"

#include "wampfcgi/checks/signature.hpp"

#include <array>
#include <chrono>
#include <string>

namespace wampfcgi::fuzz {
namespace {

std::string written(std::chrono::sys_time<std::chrono::microseconds> instant)
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

}  // namespace

void run(std::string_view input)
{
    const auto instant = checks::parse_timestamp(input);
    if (!instant)
        return;
    const std::string text = written(*instant);
    std::string padded{input.substr(0, input.size() - 1)};
    padded += padded.size() == 19 ? "." : "";
    padded.append(26 - padded.size(), '0');
    must(text == padded + 'Z', "what is accepted and written again is the same time");
    must(checks::parse_timestamp(text) == instant, "what was written is read as the same time");
}

}  // namespace wampfcgi::fuzz
