#include "bridge/open_stream.hpp"

#include <utility>

namespace wampfcgi::bridge {

open_stream::open_stream(checks::media form, response_sink& client, const header_fields& cors,
                         std::size_t most_waiting_bytes, heartbeat& beats, heartbeat::listener& who,
                         service_cells& cells)
    : form_(form),
      client_(client),
      cors_(cors),
      most_waiting_bytes_(most_waiting_bytes),
      beats_(beats, who),
      cells_(cells)
{}

// Without X-Accel-Buffering: no, nginx would buffer the stream.
void open_stream::begin()
{
    has_begun_ = true;
    is_open_ = presence(cells_.now.streams);
    response head;
    head.headers.add("Content-Type",
                     form_ == checks::media::event_stream ? "text/event-stream" : "application/x-ndjson");
    head.headers.add("Cache-Control", "no-store");
    head.headers.add("X-Accel-Buffering", "no");
    head.headers.add("X-Content-Type-Options", "nosniff");
    head.headers.add(cors_);
    client_.begin(std::move(head));
}

// Only bytes left from earlier writes count: even a fast client cannot read a large piece before the event loop's next
// turn.
open_stream::client_state open_stream::write(std::string_view piece)
{
    beats_.sent();
    const std::size_t waiting = client_.write(piece);
    if (waiting < piece.size() + most_waiting_bytes_)
        return client_state::reads;
    cells_.counted.slow_streams_closed.add();
    return client_state::does_not_read;
}

open_stream::client_state open_stream::write_sign_of_life()
{
    return write(form_ == checks::media::event_stream ? ":\n" : "\n");
}

}  // namespace wampfcgi::bridge
