// Input: a timestamp. An accepted one, written again, must be the same text, except for zeros at the fraction's end.
#include "target.hpp"

#include "time_text.hpp"
#include "wampfcgi/checks/signature.hpp"

#include <string>

namespace wampfcgi::fuzz {

void run(std::string_view input)
{
    const auto instant = checks::parse_timestamp(input);
    if (!instant)
        return;
    const std::string text = written_time(*instant);
    std::string padded{input.substr(0, input.size() - 1)};
    padded += padded.size() == 19 ? "." : "";
    padded.append(26 - padded.size(), '0');
    must(text == padded + 'Z', "what is accepted and written again is the same time");
    must(checks::parse_timestamp(text) == instant, "what was written is read as the same time");
}

}  // namespace wampfcgi::fuzz
