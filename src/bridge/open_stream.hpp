// Owns what all streams to a client share: head, pieces, keep-alives, and detecting a client that does not read
// (contract sections 4 and 7).
#pragma once

#include "bridge/heartbeat.hpp"
#include "wampfcgi/bridge/meter.hpp"
#include "wampfcgi/bridge/response_sink.hpp"
#include "wampfcgi/checks/accept.hpp"
#include "wampfcgi/core/response.hpp"

#include <cstddef>
#include <string_view>

namespace wampfcgi::bridge {

class open_stream {
public:
    /// Whether the client reads fast enough.
    enum class client_state { reads, does_not_read };

    /// A client with `most_waiting_bytes` unread bytes counts as not reading. `client`, `cors`, `beats`, `cells` and
    /// `who`, which is told of silence, must outlive the stream.
    open_stream(checks::media form, response_sink& client, const header_fields& cors, std::size_t most_waiting_bytes,
                heartbeat& beats, heartbeat::listener& who, service_cells& cells);

    /// Queues the head; it is sent with the first piece.
    void begin();

    bool has_begun() const noexcept { return has_begun_; }
    checks::media form() const noexcept { return form_; }

    client_state write(std::string_view piece);

    /// Sends a keep-alive that clients ignore.
    client_state write_sign_of_life();

private:
    checks::media form_;
    response_sink& client_;
    const header_fields& cors_;
    std::size_t most_waiting_bytes_;
    heartbeat::place beats_;
    service_cells& cells_;
    presence is_open_;  // set once the stream has begun
    bool has_begun_ = false;
};

}  // namespace wampfcgi::bridge
