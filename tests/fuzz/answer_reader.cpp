// Input: the records with which a pool, or another listener, answers `wamp-fcgi --status`. The result must not depend
// on how the bytes are cut into reads, and must contain only bytes of the records.
#include "target.hpp"

#include "fcgi/records/answer_reader.hpp"

#include <string>

namespace wampfcgi::fuzz {
namespace {

using fcgi::answer_reader;
using state = answer_reader::state;

struct finding {
    state reached = state::unfinished;
    std::string content;

    bool operator==(const finding&) const = default;
};

finding read(std::string_view bytes, std::size_t most_at_once)
{
    answer_reader reader;
    state reached = state::unfinished;
    while (!bytes.empty() && reached == state::unfinished) {
        const std::string_view piece = bytes.substr(0, most_at_once);
        reached = reader.feed(piece);
        bytes.remove_prefix(piece.size());
    }
    must(reader.feed({}) == reached, "what is over is not begun again");
    return {reached, reader.content()};
}

}  // namespace

void run(std::string_view input)
{
    const finding whole = read(input, input.size());
    must(whole.content.size() <= input.size(), "an answer is no longer than what came");
    must(whole.reached != state::unfinished || input.size() < 8 || input[0] == 1, "another version is not waited for");
    for (const std::size_t piece : {1U, 7U, 8U, 9U})
        must(read(input, piece) == whole, "pieces make no difference");
}

}  // namespace wampfcgi::fuzz
