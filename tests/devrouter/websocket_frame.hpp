#pragma once
// Heads of WebSocket frames (RFC 6455, 5.2), for the faults that write frames by hand.

#include <cstdint>
#include <string>

namespace wampfcgi::devrouter {

enum opcode : unsigned char { text_frame = 1, binary_frame = 2, reserved_opcode = 3 };

/// Of a whole message as a server sends it: without a mask.
std::string websocket_frame_head(opcode code, std::uint64_t length);

}  // namespace wampfcgi::devrouter
