#include "wamp/transport/rawsocket.hpp"

#include "wampfcgi/core/memory.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace wampfcgi::wamp::rawsocket {
namespace {

constexpr std::uint8_t magic = 0x7F;
constexpr std::size_t read_bytes = 16 * 1024;
constexpr std::size_t kept_bytes = 1024 * 1024;  // a larger buffer goes with its frame

std::uint8_t byte_at(const char* bytes, std::size_t index)
{
    return static_cast<std::uint8_t>(bytes[index]);
}

std::size_t payload_bytes_at(const char* header)
{
    return std::size_t{byte_at(header, 1)} << 16 | std::size_t{byte_at(header, 2)} << 8 | byte_at(header, 3);
}

std::string refusal_text(unsigned code)
{
    switch (code) {
    case 1:
        return "the router does not support the serializer";
    case 2:
        return "the router does not accept the maximum message length";
    case 3:
        return "the router reports a use of reserved bits";
    case 4:
        return "the router has reached its maximum number of connections";
    default:
        return "the router refused the handshake with code " + std::to_string(code);
    }
}

}  // namespace

std::array<char, 4> handshake_request(std::uint8_t serializer)
{
    return {static_cast<char>(magic), static_cast<char>(0xF0 | serializer), 0, 0};
}

std::variant<std::size_t, std::string> read_handshake_reply(const std::array<char, 4>& reply, std::uint8_t serializer)
{
    if (std::string_view(reply.data(), reply.size()) == "HTTP")
        return "the router answered with HTTP (a WebSocket port needs ws:// or wss://)";
    if (byte_at(reply.data(), 0) != magic)
        return "the peer does not speak WAMP RawSocket";
    const unsigned high = byte_at(reply.data(), 1) >> 4U;
    const unsigned low = byte_at(reply.data(), 1) & 0x0FU;
    if (low == 0)
        return refusal_text(high);
    if (low != serializer)
        return "the router answered with another serializer";
    if (reply[2] != 0 || reply[3] != 0)
        return "the router's handshake uses reserved bytes";
    return std::min(std::size_t{1} << (9 + high), max_payload_bytes);
}

std::array<char, header_bytes> frame_header(frame_type type, std::size_t payload_bytes)
{
    return {static_cast<char>(type), static_cast<char>(payload_bytes >> 16 & 0xFF),
            static_cast<char>(payload_bytes >> 8 & 0xFF), static_cast<char>(payload_bytes & 0xFF)};
}

std::size_t frame_reader::wanted_bytes() const noexcept
{
    if (end_ - begin_ < header_bytes)
        return header_bytes;
    return header_bytes + payload_bytes_at(buffer_.data() + begin_);
}

std::pair<char*, std::size_t> frame_reader::prepare()
{
    take_memory().reset();
    if (begin_ != 0 && buffer_.size() - end_ < read_bytes) {
        std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
    }
    // Doubles instead of trusting the announced length: a header alone must not cost 16 MiB. Reserved memory costs
    // nothing until it is used.
    if (buffer_.size() - end_ < read_bytes) {
        const std::size_t whole = begin_ + wanted_bytes();
        const std::size_t wanted = std::max(end_ + read_bytes, std::min(2 * buffer_.size(), whole));
        // With room for the answer made from it, and for the last read: memory of this size must not be copied for
        // that.
        if (const std::size_t most = std::max(wanted, whole); buffer_.capacity() < most)
            buffer_.reserve(std::max(most + read_bytes, block_bytes(most)));
        buffer_.resize(wanted);
    }
    return {buffer_.data() + end_, buffer_.size() - end_};
}

std::shared_ptr<const void> frame_reader::take_memory()
{
    if (begin_ != end_)
        return {};
    begin_ = end_ = 0;
    if (buffer_.size() <= kept_bytes)
        return {};
    return std::make_shared<std::vector<char>>(std::move(buffer_));
}

std::optional<frame> frame_reader::next()
{
    if (broken_ || end_ - begin_ < header_bytes)
        return {};
    const std::uint8_t type = byte_at(buffer_.data(), begin_);
    if (type > static_cast<std::uint8_t>(frame_type::pong)) {
        broken_ = true;
        return {};
    }
    const std::size_t whole = wanted_bytes();
    if (end_ - begin_ < whole)
        return {};
    const frame found{static_cast<frame_type>(type), {buffer_.data() + begin_ + header_bytes, whole - header_bytes}};
    begin_ += whole;
    return found;
}

}  // namespace wampfcgi::wamp::rawsocket
