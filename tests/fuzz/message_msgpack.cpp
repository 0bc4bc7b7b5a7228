// Input: a message of the router in MessagePack, which is turned into a response.
#include "target.hpp"

#include "router_answer.hpp"
#include "strict_json.hpp"
#include "wampfcgi/codec/answer.hpp"
#include "wampfcgi/codec/body.hpp"
#include "wampfcgi/codec/transcode.hpp"

#include <msgpack/null_visitor.hpp>
#include <msgpack/unpack.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>

namespace wampfcgi::fuzz {
namespace {

struct depth_visitor : msgpack::null_visitor {
    unsigned depth = 0;

    void parse_error(std::size_t, std::size_t) {}
    void insufficient_bytes(std::size_t, std::size_t) {}
    bool start_array(std::uint32_t) { return ++depth <= codec::max_depth; }
    bool end_array() { return depth-- != 0; }
    bool start_map(std::uint32_t) { return ++depth <= codec::max_depth; }
    bool end_map() { return depth-- != 0; }
};

/// What msgpack-cxx finds.
std::optional<std::size_t> length_by_the_library(std::string_view bytes)
{
    depth_visitor visitor;
    std::size_t length = 0;
    return msgpack::parse(bytes.data(), bytes.size(), length, visitor) ? std::optional(length) : std::nullopt;
}

}  // namespace

void run(std::string_view input)
{
    for (std::string_view rest = input; !rest.empty() && input.size() - rest.size() < 64; rest.remove_prefix(1))
        must(codec::value_length(rest) == length_by_the_library(rest), "a value has the length that the library finds");
    look_at_answer(input);

    const auto text = codec::message_to_json(input);
    if (!text || text->front() != '[')
        return;
    const auto message = codec::message_from_json(*text);
    must(message.fault.empty(), "a message that was told in JSON can be read");
    const auto again = codec::message_to_json(message.bytes);
    must(again && codec::message_from_json(*again).bytes == message.bytes,
         "what is read and written again is the same message");
}

}  // namespace wampfcgi::fuzz
