// Owns the form of a stream that answers a call: its head, its events, its signs of life (contract section 4).
#pragma once

#include "bridge/heartbeat.hpp"
#include "wampfcgi/bridge/response_sink.hpp"
#include "wampfcgi/checks/accept.hpp"
#include "wampfcgi/core/response.hpp"

#include <cstdint>
#include <string_view>

namespace wampfcgi::bridge {

class call_stream {
public:
    enum class event { progress, result, failure };

    /// Whether the client takes what is sent.
    enum class client_state { reads, does_not_read };

    /// `client`, `beats` and `who`, which is told of silence, must outlive it. `cors` are headers.
    call_stream(checks::media form, response_sink& client, const header_list& cors, heartbeat& beats,
                heartbeat::listener& who);

    /// The head has gone out, with the first event.
    bool has_begun() const noexcept { return last_id_ > 0; }

    /// Sends an event with the JSON object of an answer.
    client_state send(event what, std::string_view object);

    /// Sends what clients pass over.
    client_state send_sign_of_life();

private:
    response head() const;
    client_state write(std::string_view piece);

    checks::media form_;
    response_sink& client_;
    const header_list& cors_;
    heartbeat::place beats_;
    std::uint64_t last_id_ = 0;  // of events
};

}  // namespace wampfcgi::bridge
