#include "bridge/call_stream.hpp"

#include <cstddef>
#include <string>

namespace wampfcgi::bridge {
namespace {

constexpr std::size_t most_unread_bytes_of_call = 1024 * 1024;  // contract section 4
constexpr std::size_t punctuation_bytes = 64;

std::string_view name_of(call_stream::event what)
{
    switch (what) {
    case call_stream::event::progress:
        return "progress";
    case call_stream::event::result:
        return "result";
    case call_stream::event::failure:
        return "failure";
    }
    return "";
}

/// A server-sent event (WHATWG HTML). `object` contains no line end, because JSON escapes them.
std::string server_sent_event(call_stream::event what, std::uint64_t id, std::string_view object)
{
    std::string text;
    text.reserve(object.size() + punctuation_bytes);
    text.append("event: ").append(name_of(what)).append("\nid: ").append(std::to_string(id));
    return text.append("\ndata: ").append(object).append("\n\n");
}

/// The line for a failure is its bare object: its member "error" identifies it.
std::string line_of_json(call_stream::event what, std::string_view object)
{
    std::string text;
    text.reserve(object.size() + punctuation_bytes);
    if (what == call_stream::event::failure)
        return text.append(object).append("\n");
    return text.append("{\"").append(name_of(what)).append("\":").append(object).append("}\n");
}

}  // namespace

call_stream::call_stream(checks::media form, response_sink& client, const header_fields& cors, heartbeat& beats,
                         heartbeat::listener& who, service_cells& cells)
    : stream_(form, client, cors, most_unread_bytes_of_call, beats, who, cells)
{}

call_stream::client_state call_stream::send(event what, std::string_view object)
{
    if (!has_begun())
        stream_.begin();
    const std::uint64_t id = ++last_id_;
    return stream_.write(stream_.form() == checks::media::event_stream ? server_sent_event(what, id, object)
                                                                       : line_of_json(what, object));
}

}  // namespace wampfcgi::bridge
