#pragma once
// Headers of WebSocket frames (RFC 6455, 5.2), for faults that write frames by hand.

#include <cstdint>
#include <string>

namespace wampfcgi::devrouter {

enum opcode : unsigned char { text_frame = 1, binary_frame = 2, reserved_opcode = 3 };

/// The header of a complete message from a server: without a mask.
std::string websocket_frame_head(opcode code, std::uint64_t length);

}  // namespace wampfcgi::devrouter
