// Owns what all fuzz targets share: the entry point that libFuzzer and replay.cpp call, and must().
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace wampfcgi::fuzz {

/// Ends the process unless `fact` holds, so that the input is kept as a crash.
inline void must(bool fact, const char* what)
{
    if (fact)
        return;
    std::fprintf(stderr, "does not hold: %s\n", what);
    std::abort();
}

/// Takes the text before the first `separator`, and the separator, off the front of `rest`; all of it without a
/// separator.
inline std::string_view take_part(std::string_view& rest, std::string_view separator)
{
    const std::string_view part = rest.substr(0, rest.find(separator));
    rest.remove_prefix(part.size());
    if (!rest.empty())
        rest.remove_prefix(separator.size());
    return part;
}

/// Tests one input; defined by each target.
void run(std::string_view input);

}  // namespace wampfcgi::fuzz
