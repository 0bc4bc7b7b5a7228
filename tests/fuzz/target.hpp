// Owns what all fuzz targets share: the entry point that libFuzzer and replay.cpp call, and how a target says that
// something must hold.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace wampfcgi::fuzz {

/// Ends the process where `fact` does not hold, which makes the input a crash to be kept.
inline void must(bool fact, const char* what)
{
    if (fact)
        return;
    std::fprintf(stderr, "does not hold: %s\n", what);
    std::abort();
}

/// Takes what is in front of the first `separator` off `rest`, the separator too; all of it where there is none.
inline std::string_view take_part(std::string_view& rest, std::string_view separator)
{
    const std::string_view part = rest.substr(0, rest.find(separator));
    rest.remove_prefix(part.size());
    if (!rest.empty())
        rest.remove_prefix(separator.size());
    return part;
}

/// What the target does with an input; defined by each.
void run(std::string_view input);

}  // namespace wampfcgi::fuzz
