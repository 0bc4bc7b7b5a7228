// Owns what every stream to a client has: its head, its pieces, its signs of life, and the end of patience with a
// client that does not read (contract sections 4 and 7).
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
    /// Whether the client takes what is sent.
    enum class client_state { reads, does_not_read };

    /// A client that has not read `most_waiting_bytes` does not read. `client`, `cors`, `beats`, `cells`
    /// and `who`, which is told of silence, must outlive it.
    open_stream(checks::media form, response_sink& client, const header_list& cors, std::size_t most_waiting_bytes,
                heartbeat& beats, heartbeat::listener& who, service_cells& cells);

    /// Sends the head, with the first piece.
    void begin();

    bool has_begun() const noexcept { return has_begun_; }
    checks::media form() const noexcept { return form_; }

    client_state write(std::string_view piece);

    /// Sends what clients pass over.
    client_state write_sign_of_life();

private:
    checks::media form_;
    response_sink& client_;
    const header_list& cors_;
    std::size_t most_waiting_bytes_;
    heartbeat::place beats_;
    service_cells& cells_;
    presence is_open_;  // since it has begun
    bool has_begun_ = false;
};

}  // namespace wampfcgi::bridge
