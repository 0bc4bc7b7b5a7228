// Owns the format of WAMP's RawSocket transport (WAMP specification, "RawSocket Transport"): handshake and frames. Owns
// no socket.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace wampfcgi::wamp::rawsocket {

/// Serializers in the handshake.
inline constexpr std::uint8_t json_serializer = 1;
inline constexpr std::uint8_t msgpack_serializer = 2;

/// Length of the header before each frame's payload.
inline constexpr std::size_t header_bytes = 4;

/// The longest possible payload of a frame.
inline constexpr std::size_t max_payload_bytes = (1U << 24) - 1;

enum class frame_type : std::uint8_t { message = 0, ping = 1, pong = 2 };

/// The client's handshake: offers the longest messages of the protocol (2^24 bytes).
std::array<char, 4> handshake_request(std::uint8_t serializer);

/// Parses the router's handshake: the most bytes of a payload that it accepts, or why it refused, for the log.
std::variant<std::size_t, std::string> read_handshake_reply(const std::array<char, 4>& reply, std::uint8_t serializer);

std::array<char, header_bytes> frame_header(frame_type type, std::size_t payload_bytes);

struct frame {
    frame_type type;
    std::string_view payload;
};

/// Splits a stream of bytes into frames. Holds at most one frame, and the bytes of one read.
class frame_reader {
public:
    /// Memory for the next bytes of the stream: at least one byte, valid until the next call of a member.
    std::pair<char*, std::size_t> prepare();

    /// `bytes` were stored there.
    void commit(std::size_t bytes) { end_ += bytes; }

    /// The next complete frame; its payload is valid until the next prepare(). Nothing when more bytes are
    /// needed, or when the stream is broken().
    std::optional<frame> next();

    /// Hands over the memory of the last frame, if that is large and no further bytes have arrived: its payload is
    /// valid for as long as the caller keeps it. Null otherwise.
    std::shared_ptr<const void> take_memory();

    /// True when an incomplete frame has arrived.
    bool partial() const noexcept { return end_ != begin_; }

    /// True when a frame header was malformed: the stream cannot be read any further.
    bool broken() const noexcept { return broken_; }

private:
    std::size_t wanted_bytes() const noexcept;

    std::vector<char> buffer_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    bool broken_ = false;
};

}  // namespace wampfcgi::wamp::rawsocket
