#pragma once
// RawSocket's opening handshake: four bytes each way.

#include "options.hpp"

#include <array>
#include <cstddef>
#include <optional>

namespace wampfcgi::devrouter {

using handshake_bytes = std::array<unsigned char, 4>;

struct handshake_answer {
    std::optional<handshake_bytes> reply;  ///< nothing: the connection ends without one
    bool accepted = false;
    serializer format = serializer::messagepack;
    std::size_t peer_limit_bytes = 0;  ///< the longest message that the peer takes
};

inline constexpr std::size_t longest_frame_bytes = 0xffffff;  // what three bytes can say

handshake_answer answer_handshake(const handshake_bytes& request, const options& settings);

}  // namespace wampfcgi::devrouter
