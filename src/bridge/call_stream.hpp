// Owns the format of a stream that answers a call (contract section 4).
#pragma once

#include "bridge/open_stream.hpp"

#include <cstdint>
#include <string_view>

namespace wampfcgi::bridge {

class call_stream {
public:
    enum class event { progress, result, failure };
    using client_state = open_stream::client_state;

    /// See open_stream.
    call_stream(checks::media form, response_sink& client, const header_fields& cors, heartbeat& beats,
                heartbeat::listener& who, service_cells& cells);

    /// True once the head was sent, together with the first event.
    bool has_begun() const noexcept { return stream_.has_begun(); }

    /// Sends an event with the JSON object of an answer.
    client_state send(event what, std::string_view object);

    /// Sends a keep-alive that clients ignore.
    client_state send_sign_of_life() { return stream_.write_sign_of_life(); }

private:
    open_stream stream_;
    std::uint64_t last_id_ = 0;  // of the last event
};

}  // namespace wampfcgi::bridge
