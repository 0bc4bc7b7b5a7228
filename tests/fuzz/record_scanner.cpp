// Input: the bytes of a FastCGI connection. The result must not depend on how they are cut into reads, and must equal
// that of a simple reader of all bytes. Only well-formed variables may go on.
#include "target.hpp"

#include "fcgi/records/record_scanner.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace wampfcgi::fuzz {
namespace {

using fcgi::record_scanner;
using progress = record_scanner::progress;

struct findings {
    std::vector<progress> reports;  // none after the first that ends the request
    std::vector<std::size_t> at;    // bytes consumed until then; not for broken bytes
    std::string variables;          // not for broken bytes
    std::string body;               // nor this
    std::size_t replies = 0;        // bytes

    bool operator==(const findings&) const = default;
    bool broken() const { return !reports.empty() && reports.back() == progress::broken; }

    void report(progress made, std::size_t where)
    {
        reports.push_back(made);
        at.push_back(made == progress::broken ? 0 : where);
        if (made != progress::broken)
            return;
        variables.clear();
        body.clear();
    }
};

// With `at_once`, variables are read at once where all of them are there.
findings scan(std::string_view bytes, std::size_t most_at_once, bool at_once)
{
    record_scanner scanner(100);
    findings found;
    request read;
    std::size_t done = 0;
    while (done < bytes.size()) {
        const std::string_view piece = bytes.substr(done, most_at_once);
        std::size_t consumed = 0;
        progress made = scanner.feed(piece, consumed, &found.variables, &found.body, at_once ? &read : nullptr);
        must(consumed <= piece.size(), "no more is consumed than there is");
        must(made != progress::incomplete || consumed == piece.size(), "the scanner stops only to report");
        must(made != progress::broken || !scanner.why().empty(), "what is broken has a reason");
        must(made != progress::params_read || found.variables.empty(), "variables are read or passed on, not both");
        if (made == progress::params_read) {
            found.variables = read.pairs();
            made = progress::params_complete;
        }
        done += consumed;
        if (made == progress::incomplete)
            continue;
        found.report(made, done);
        if (made != progress::params_complete)
            break;
    }
    found.replies = scanner.take_replies().size();
    return found;
}

unsigned byte_at(std::string_view bytes, std::size_t place)
{
    return static_cast<std::uint8_t>(bytes[place]);
}

struct record {
    unsigned version;
    unsigned type;
    unsigned id;
    std::size_t announced_bytes;  // of content
    std::size_t whole_bytes;
    std::string_view content;  // as much as there is
    bool is_whole;
};

// The record whose header begins `bytes`.
record record_at(std::string_view bytes)
{
    const std::size_t content = byte_at(bytes, 4) << 8 | byte_at(bytes, 5);
    const std::size_t whole = 8 + content + byte_at(bytes, 6);
    return {byte_at(bytes, 0),        byte_at(bytes, 1),    byte_at(bytes, 2) << 8 | byte_at(bytes, 3), content, whole,
            bytes.substr(8, content), whole <= bytes.size()};
}

enum class fitness { fit, unfinished, unfit };

// Checks a stream of name-value pairs (FastCGI specification, 3.4), or its beginning.
fitness fitness_of(std::string_view stream)
{
    constexpr std::size_t most = 256 * 1024;
    if (stream.size() > most)
        return fitness::unfit;
    while (!stream.empty()) {
        std::size_t lengths[2] = {0, 0};
        for (int which = 0; which < 2; ++which) {
            const std::size_t size = !stream.empty() && byte_at(stream, 0) >= 0x80 ? 4 : 1;
            if (stream.size() < size)
                return fitness::unfinished;
            lengths[which] = byte_at(stream, 0) & 0x7F;
            for (std::size_t i = 1; i < size; ++i)
                lengths[which] = lengths[which] << 8 | byte_at(stream, i);
            stream.remove_prefix(size);
            if (lengths[0] == 0)
                return fitness::unfit;
        }
        const std::string_view name = stream.substr(0, lengths[0]);
        const std::string_view both = stream.substr(0, lengths[0] + lengths[1]);
        if (lengths[0] + lengths[1] > most || name.find('=') != name.npos || both.find('\0') != both.npos)
            return fitness::unfit;
        if (both.size() < lengths[0] + lengths[1])
            return fitness::unfinished;
        stream.remove_prefix(both.size());
    }
    return fitness::fit;
}

// A reader for the first request in `bytes`, following the FastCGI specification for an application with one request at
// a time.
class reader {
public:
    findings read(std::string_view bytes)
    {
        std::size_t done = 0;
        while (bytes.size() - done >= 8) {
            const record next = record_at(bytes.substr(done));
            const progress made = take(next);
            done += next.whole_bytes;
            if (made != progress::incomplete)
                found_.report(made, done);
            if (!next.is_whole || (made != progress::incomplete && made != progress::params_complete))
                break;
        }
        return found_;
    }

private:
    enum type { begin = 1, abort = 2, params = 4, body = 5, get_values = 9 };

    progress take(const record& next)
    {
        if (next.version != 1)
            return progress::broken;
        if (next.id == 0)
            return manage(next);
        if (next.type == begin)
            return take_begin(next);
        if (next.id != id_)
            return progress::incomplete;
        const bool may_come =
            next.type == abort || (next.type == params && !has_params_) || (next.type == body && has_params_);
        if (!may_come)
            return progress::broken;
        if (next.type == abort) {
            found_.replies += next.is_whole ? 16 : 0;
            return next.is_whole ? progress::aborted : progress::incomplete;
        }
        if (next.type == body)
            found_.body += next.content;
        if (next.type == params) {
            found_.variables += next.content;
            if (fitness_of(found_.variables) == fitness::unfit)
                return progress::broken;
        }
        if (!next.is_whole || next.announced_bytes > 0)
            return progress::incomplete;
        if (next.type == body)
            return progress::complete;
        has_params_ = true;
        return fitness_of(found_.variables) == fitness::fit ? progress::params_complete : progress::broken;
    }

    progress manage(const record& next)
    {
        if (next.announced_bytes > 1024)
            return progress::broken;
        if (next.is_whole)
            found_.replies += next.type == get_values ? fcgi::values_result(next.content, 100).size() : 16;
        return progress::incomplete;
    }

    progress take_begin(const record& next)
    {
        if (next.announced_bytes != 8 || next.id == id_)
            return progress::broken;
        if (!next.is_whole)
            return progress::incomplete;
        const bool is_responder = byte_at(next.content, 0) == 0 && byte_at(next.content, 1) == 1;
        if (id_ != 0 || !is_responder)
            found_.replies += 16;
        if (id_ != 0)
            return progress::incomplete;
        if (!is_responder)
            return progress::refused;
        id_ = next.id;
        return progress::incomplete;
    }

    findings found_;
    unsigned id_ = 0;
    bool has_params_ = false;
};

}  // namespace

void run(std::string_view input)
{
    reader first;
    const findings expected = first.read(input);
    for (const std::size_t most_at_once : {input.size(), std::size_t{1}, std::size_t{5}, std::size_t{100}})
        for (const bool at_once : {false, true})
            must(scan(input, most_at_once, at_once) == expected,
                 "a request is what all of its records make it, however they are cut");
}

}  // namespace wampfcgi::fuzz
