// The bytes of a FastCGI connection. What they are does not depend on how they are cut into reads.
#include "target.hpp"

#include "fcgi/record_scanner.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace wampfcgi::fuzz {
namespace {

using fcgi::record_scanner;
using progress = record_scanner::progress;
using steps = std::vector<std::pair<progress, std::size_t>>;  // and how many bytes had been consumed until then

bool is_end(progress made)
{
    return made != progress::incomplete && made != progress::params_complete;
}

// Looks at one request.
steps scan(std::string_view bytes, std::size_t most_at_once)
{
    record_scanner scanner;
    steps found;
    std::size_t done = 0;
    while (done < bytes.size()) {
        const std::string_view piece = bytes.substr(done, most_at_once);
        std::size_t consumed = 0;
        const progress made = scanner.feed(piece, consumed);
        must(consumed <= piece.size(), "no more is consumed than there is");
        must(made != progress::incomplete || consumed == piece.size(), "the scanner stops only to report");
        done += consumed;
        if (made != progress::incomplete)
            found.emplace_back(made, done);
        if (is_end(made))
            break;
    }
    must(scanner.body_bytes() <= done + 0xFFFF, "a body has no more bytes than came and one record announces");
    return found;
}

}  // namespace

void run(std::string_view input)
{
    const steps whole = scan(input, input.size());
    must(std::ranges::count(whole, progress::params_complete, &steps::value_type::first) <= 1,
         "the variables are complete once");
    // A header that was consumed in part cannot be left to the next request: that is broken then, one byte behind.
    const bool superseded = !whole.empty() && whole.back().first == progress::superseded;
    for (const std::size_t most_at_once : {std::size_t{1}, std::size_t{5}, std::size_t{100}}) {
        steps cut = scan(input, most_at_once);
        if (superseded && cut.size() == whole.size() && cut.back().first == progress::broken)
            cut.back() = whole.back();
        must(cut == whole, "progress does not depend on how the bytes are cut");
    }
    const bool complete = !whole.empty() && whole.back().first == progress::complete;
    must(!complete || (whole.size() == 2 && whole.front().first == progress::params_complete),
         "a request is complete behind its variables");
}

}  // namespace wampfcgi::fuzz
