// Owns what the log says about a finished request.
#pragma once

#include "wampfcgi/bridge/answer.hpp"
#include "wampfcgi/core/request.hpp"
#include "wampfcgi/log/log.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace wampfcgi::fcgi {

/// When things happened to a request.
struct request_times {
    using time_point = std::chrono::steady_clock::time_point;
    time_point began;         ///< its first byte came
    time_point checked_from;  ///< all that the last checks needed was there
    time_point ended;
};

/// What went to the client.
struct response_size {
    int status;
    std::uint64_t body_bytes;
};

/// Writes the line for a refused or failed request at its level, one for every request where the service asks for that
/// (`debug`), and the access line where such are wanted. Never a secret, a signature, a query string or a payload.
void log_answer(const request& req, const response_size& sent, const bridge::request_report& how,
                const request_times& when);

/// A call whose answer is being written. Where its time went is known once that is done.
struct answered_call {
    log::fields context;
    bridge::request_report how;  ///< of which the times count
    request_times when;          ///< ended: when it was answered
};

/// What log_if_slow() needs; nothing where no call was made, or slow ones are not to be logged.
std::optional<answered_call> watch_call(const request& req, int status, const bridge::request_report& how,
                                        const request_times& when);

/// Writes a line for a call that took longer than `log.slow`, with where the time went. Many of them are summed up.
void log_if_slow(const answered_call& what, request_times::time_point written);

/// Writes the access line of a request whose answer nobody waits for any more; its status is 499.
void log_given_up(const request& req, const bridge::request_report& how, const request_times& when);

}  // namespace wampfcgi::fcgi
