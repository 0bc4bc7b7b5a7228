// Input: what a proxy sends after CONNECT. Its meaning and its end must not depend on how the bytes are cut into reads.
#include "target.hpp"

#include "net/proxy_answer.hpp"

#include <cstddef>
#include <string>

namespace wampfcgi::fuzz {
namespace {

using net::proxy_answer;

struct scanned {
    proxy_answer::state_kind state;
    std::size_t used;
    std::string failure;

    friend bool operator==(const scanned&, const scanned&) = default;
};

scanned scan(std::string_view bytes, std::size_t most_at_once)
{
    proxy_answer answer;
    std::size_t used = 0;
    while (used < bytes.size() && answer.state() == proxy_answer::state_kind::incomplete) {
        const std::string_view piece = bytes.substr(used, most_at_once);
        const std::size_t more = answer.feed(piece);
        must(more > 0 && more <= piece.size(), "every read brings the answer forward");
        used += more;
    }
    return {answer.state(), used, answer.failure()};
}

}  // namespace

void run(std::string_view input)
{
    const scanned whole = scan(input, input.size());
    must(scan(input, 1) == whole && scan(input, 7) == whole, "the answer does not depend on how the bytes are cut");
    must(whole.used <= proxy_answer::max_bytes + 1, "an answer is bounded");
    must((whole.state == proxy_answer::state_kind::failed) == !whole.failure.empty(), "a failure has a reason");
    for (const char c : whole.failure)
        must(c >= ' ' && c != '\x7F', "a reason is safe in a line");
    if (whole.state == proxy_answer::state_kind::connected)
        must(input.substr(0, whole.used).ends_with("\n"), "an answer ends with an empty line");
}

}  // namespace wampfcgi::fuzz
