// Input: the bytes of a RawSocket connection: the router's handshake, then frames. The frames must not depend on how
// the bytes are cut into reads. Written again, they must be the same bytes.
#include "target.hpp"

#include "wamp/transport/rawsocket.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <variant>

namespace wampfcgi::fuzz {
namespace {

using namespace wamp::rawsocket;

struct scanned {
    std::string frames;  ///< written again
    bool broken = false;
    bool partial = false;

    friend bool operator==(const scanned&, const scanned&) = default;
};

scanned scan(std::string_view bytes, std::size_t most_at_once)
{
    frame_reader reader;
    scanned found;
    while (!bytes.empty()) {
        const auto [space, size] = reader.prepare();
        must(size > 0, "there is always room for a byte");
        const std::size_t piece = std::min({size, bytes.size(), most_at_once});
        std::memcpy(space, bytes.data(), piece);
        reader.commit(piece);
        bytes.remove_prefix(piece);
        while (const auto next = reader.next()) {
            must(next->type == frame_type::message || next->type == frame_type::ping || next->type == frame_type::pong,
                 "a frame has one of three types");
            const auto header = frame_header(next->type, next->payload.size());
            found.frames.append(header.data(), header.size()).append(next->payload);
        }
        if (reader.broken())
            break;
    }
    found.broken = reader.broken();
    found.partial = reader.partial();
    return found;
}

void look_at_handshake(const std::array<char, 4>& reply)
{
    for (const std::uint8_t serializer : {json_serializer, msgpack_serializer}) {
        const auto read = read_handshake_reply(reply, serializer);
        if (const auto* const most = std::get_if<std::size_t>(&read))
            must(*most >= 512 && *most <= max_payload_bytes, "a router takes messages of 512 bytes to 16 MiB");
        else
            must(!std::get<std::string>(read).empty(), "a refusal has a reason");
    }
}

}  // namespace

void run(std::string_view input)
{
    std::array<char, 4> reply{};
    input.copy(reply.data(), reply.size());
    look_at_handshake(reply);
    input.remove_prefix(std::min(input.size(), reply.size()));

    const scanned whole = scan(input, input.size());
    must(input.starts_with(whole.frames), "frames that are written again are the bytes that came");
    must(whole.broken || whole.partial == (whole.frames.size() < input.size()), "what is left is a part of a frame");
    must(scan(input, 1) == whole && scan(input, 7) == whole, "frames do not depend on how the bytes are cut");
}

}  // namespace wampfcgi::fuzz
