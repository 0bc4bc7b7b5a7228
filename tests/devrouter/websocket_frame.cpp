#include "websocket_frame.hpp"

namespace wampfcgi::devrouter {

std::string websocket_frame_head(opcode code, std::uint64_t length)
{
    constexpr unsigned char final_fragment = 0x80;
    const int width = length < 126 ? 0 : length <= 0xffff ? 2 : 8;
    std::string head(1, static_cast<char>(final_fragment | code));
    head += static_cast<char>(width == 0 ? length : width == 2 ? 126U : 127U);
    for (int shift = 8 * (width - 1); shift >= 0; shift -= 8)
        head += static_cast<char>(length >> shift & 0xff);
    return head;
}

}  // namespace wampfcgi::devrouter
