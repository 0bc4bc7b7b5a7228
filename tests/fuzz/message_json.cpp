// Input: a message of the router in JSON, which is turned into a response.
#include "target.hpp"

#include "router_answer.hpp"
#include "wampfcgi/codec/transcode.hpp"

namespace wampfcgi::fuzz {

void run(std::string_view input)
{
    const auto [message, fault] = codec::message_from_json(input);
    if (message.empty())
        return must(!fault.empty(), "what is no message has a fault");
    look_at_answer(message);

    if (const auto text = codec::message_to_json(message))  // nothing when the message was cut
        must(codec::message_from_json(*text).bytes == message,
             "what is accepted and written again is the same message");
}

}  // namespace wampfcgi::fuzz
