// Owns the bytes of WAMP's RawSocket transport (WAMP specification, "RawSocket Transport"): handshake and frames.
// Owns no socket.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace wampfcgi::wamp::rawsocket {

/// Serializers of the handshake.
inline constexpr std::uint8_t json_serializer = 1;
inline constexpr std::uint8_t msgpack_serializer = 2;

/// Bytes of the header in front of each frame's payload.
inline constexpr std::size_t header_bytes = 4;

/// Longest payload that a frame can have.
inline constexpr std::size_t max_payload_bytes = (1U << 24) - 1;

enum class frame_type : std::uint8_t { message = 0, ping = 1, pong = 2 };

/// The client's handshake: offers the longest messages that the protocol knows (2^24 bytes).
std::array<char, 4> handshake_request(std::uint8_t serializer);

/// Reads the router's handshake: the most bytes of payload that it takes in a frame, or why it refused, for the log.
std::variant<std::size_t, std::string> read_handshake_reply(const std::array<char, 4>& reply, std::uint8_t serializer);

std::array<char, header_bytes> frame_header(frame_type type, std::size_t payload_bytes);

struct frame {
    frame_type type;
    std::string_view payload;
};

/// Cuts a stream of bytes into frames. Holds at most one frame and one read's worth of bytes.
class frame_reader {
public:
    /// Where the next bytes of the stream may be put: at least one byte, valid until the next call of a member.
    std::pair<char*, std::size_t> prepare();

    /// Says that `bytes` have been put there.
    void commit(std::size_t bytes) { end_ += bytes; }

    /// The next whole frame, its payload valid until the next prepare() or forget(); nothing when more bytes are
    /// needed, or when the stream is broken().
    std::optional<frame> next();

    /// Ends the last frame's validity: where it was large and no other has come, its memory is given back.
    void forget();

    /// Bytes of a frame have come that is not whole yet.
    bool partial() const noexcept { return end_ != begin_; }

    /// A frame header was malformed: nothing more can be read from this stream.
    bool broken() const noexcept { return broken_; }

private:
    std::size_t wanted_bytes() const noexcept;

    std::vector<char> buffer_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    bool broken_ = false;
};

}  // namespace wampfcgi::wamp::rawsocket
