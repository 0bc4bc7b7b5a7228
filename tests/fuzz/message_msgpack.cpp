// Input: a message of the router in MessagePack, which is turned into a response.
#include "target.hpp"

#include "router_answer.hpp"
#include "strict_json.hpp"
#include "wampfcgi/codec/transcode.hpp"

namespace wampfcgi::fuzz {

void run(std::string_view input)
{
    look_at_answer(input);

    const auto text = codec::message_to_json(input);
    if (!text || text->front() != '[')
        return;
    const auto message = codec::message_from_json(*text);
    must(message.fault.empty(), "a message that was told in JSON can be read");
    const auto again = codec::message_to_json(message.bytes);
    must(again && codec::message_from_json(*again).bytes == message.bytes,
         "what is read and written again is the same message");
}

}  // namespace wampfcgi::fuzz
