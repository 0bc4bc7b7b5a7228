// Owns the log lines about finished requests.
#pragma once

#include "wampfcgi/bridge/answer.hpp"
#include "wampfcgi/core/request.hpp"
#include "wampfcgi/log/log.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace wampfcgi::fcgi {

/// The times of a request's stages.
struct request_times {
    using time_point = std::chrono::steady_clock::time_point;
    time_point began;         ///< the first byte arrived
    time_point checked_from;  ///< everything needed for the last checks was there
    time_point ended;
};

/// What was sent to the client.
struct response_size {
    int status;
    std::uint64_t body_bytes;
};

/// Writes the line for a refused or failed request at its level, a line for every request if the service wants that
/// (`debug`), and the access line if enabled. Never logs a secret, a signature, a query string or a payload.
void log_answer(const request& req, const response_size& sent, const bridge::request_report& how,
                const request_times& when);

/// A call whose answer is being written. Its times are complete once that is done.
struct answered_call {
    log::fields context;
    bridge::request_report how;  ///< only its times are used
    request_times when;          ///< ended: when the call was answered
};

/// The data for log_if_slow(); nothing when no call was made, or slow calls are not logged.
std::optional<answered_call> watch_call(const request& req, int status, const bridge::request_report& how,
                                        const request_times& when);

/// Writes a line for a call that took longer than `log.slow`, with the time of each stage. Repetitions are summed up.
void log_if_slow(const answered_call& what, request_times::time_point written);

/// Writes the access line, with status 499, of a request whose client has disconnected.
void log_given_up(const request& req, const bridge::request_report& how, const request_times& when);

}  // namespace wampfcgi::fcgi
