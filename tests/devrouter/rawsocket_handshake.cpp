#include "rawsocket_handshake.hpp"

#include <algorithm>
#include <bit>

namespace wampfcgi::devrouter {

namespace {

constexpr unsigned char magic = 0x7f;
enum handshake_error : unsigned char { serializer_unsupported = 1, reserved_bits_used = 3 };

handshake_answer refuse(handshake_error why)
{
    handshake_answer answer;
    answer.reply = {magic, static_cast<unsigned char>(why << 4), 0, 0};
    return answer;
}

}  // namespace

handshake_answer answer_handshake(const handshake_bytes& request, const options& settings)
{
    if (request[0] != magic)
        return {};
    if (request[2] != 0 || request[3] != 0)
        return refuse(reserved_bits_used);
    const unsigned char wanted = request[1] & 0x0f;
    const auto offered = std::ranges::find_if(
        settings.serializers, [wanted](serializer known) { return static_cast<unsigned char>(known) == wanted; });
    if (offered == settings.serializers.end())
        return settings.drop_on_unsupported ? handshake_answer{} : refuse(serializer_unsupported);

    const int length = std::countr_zero(settings.max_message_bytes) - 9;
    handshake_answer answer;
    answer.reply = {magic, static_cast<unsigned char>(length << 4 | wanted), 0, 0};
    answer.accepted = true;
    answer.format = *offered;
    answer.peer_limit_bytes = std::min(std::size_t{512} << (request[1] >> 4), longest_frame_bytes);
    return answer;
}

}  // namespace wampfcgi::devrouter
