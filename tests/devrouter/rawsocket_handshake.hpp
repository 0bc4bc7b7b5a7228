#pragma once
// RawSocket's opening handshake: four bytes in each direction.

#include "options.hpp"

#include <array>
#include <cstddef>
#include <optional>

namespace wampfcgi::devrouter {

using handshake_bytes = std::array<unsigned char, 4>;

struct handshake_answer {
    std::optional<handshake_bytes> reply;  ///< nothing: closes the connection without a reply
    bool accepted = false;
    serializer format = serializer::messagepack;
    std::size_t peer_limit_bytes = 0;  ///< the longest message that the peer accepts
};

inline constexpr std::size_t longest_frame_bytes = 0xffffff;  // the maximum of a three-byte length

handshake_answer answer_handshake(const handshake_bytes& request, const options& settings);

}  // namespace wampfcgi::devrouter
