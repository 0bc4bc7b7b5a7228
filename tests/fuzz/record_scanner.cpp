// The bytes of a FastCGI connection. What they are does not depend on how they are cut into reads, and is what a reader
// finds that has all of them.
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
    return found;
}

struct record {
    unsigned version;
    unsigned type;
    unsigned id;
    std::size_t content_bytes;
    std::size_t whole_bytes;
};

// The record whose header is at the front of `bytes`.
record record_at(std::string_view bytes)
{
    const auto byte = [bytes](std::size_t place) {
        return static_cast<unsigned>(static_cast<std::uint8_t>(bytes[place]));
    };
    const std::size_t content_bytes = byte(4) << 8 | byte(5);
    return {byte(0), byte(1), byte(2) << 8 | byte(3), content_bytes, 8 + content_bytes + byte(6)};
}

// What the first request in `bytes` is, by the FastCGI specification, 3.3 and 5, for a web server that sends one
// request at a time.
steps expected(std::string_view bytes)
{
    enum type { begin = 1, abort = 2, params = 4, body = 5 };
    steps found;
    std::size_t done = 0;
    unsigned id = 0;
    std::size_t params_bytes = 0;
    while (bytes.size() - done >= 8) {
        const record next = record_at(bytes.substr(done));
        const auto end_with = [&](progress how, std::size_t at) {
            found.emplace_back(how, at);
            return found;
        };
        const bool is_first = id == 0;
        const bool has_params = !found.empty();
        const bool may_begin = next.type == begin && next.id != 0 && next.content_bytes == 8;
        if (next.version == 1 && !is_first && next.type == begin)
            return end_with(progress::superseded, done);
        params_bytes += next.type == params ? next.content_bytes : 0;
        const bool is_known = is_first ? may_begin
                                       : next.id == id && (next.type == abort || (next.type == params && !has_params) ||
                                                           (next.type == body && has_params));
        if (next.version != 1 || !is_known || params_bytes > record_scanner::max_params_bytes)
            return end_with(progress::broken, done + 8);
        if (next.type == abort)
            return end_with(progress::aborted, done + 8);
        id = next.id;
        done += next.whole_bytes;
        if (done > bytes.size())
            break;
        if (next.type == params && next.content_bytes == 0)
            found.emplace_back(progress::params_complete, done);
        if (next.type == body && next.content_bytes == 0)
            return end_with(progress::complete, done);
    }
    return found;
}

}  // namespace

void run(std::string_view input)
{
    const steps whole = expected(input);
    must(scan(input, input.size()) == whole, "a request is what all of its records make it");
    // A header that was consumed in part cannot be left to the next request: that is broken then, one byte behind.
    const bool is_superseded = !whole.empty() && whole.back().first == progress::superseded;
    for (const std::size_t most_at_once : {std::size_t{1}, std::size_t{5}, std::size_t{100}}) {
        steps cut = scan(input, most_at_once);
        if (is_superseded && cut.size() == whole.size() && cut.back().first == progress::broken)
            cut.back() = whole.back();
        must(cut == whole, "progress does not depend on how the bytes are cut");
    }
}

}  // namespace wampfcgi::fuzz
