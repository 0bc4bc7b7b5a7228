// Owns the result of a request: the response for the client, and the report for the log.
#pragma once

#include "wampfcgi/core/response.hpp"
#include "wampfcgi/core/result.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace wampfcgi::bridge {

/// What the log tells about a request.
struct request_report {
    using time_point = std::chrono::steady_clock::time_point;

    std::optional<failure> why{};  ///< set when the request was refused or failed
    std::string error_uri{};       ///< WAMP error of the callee or router, unchanged; empty: none
    std::string procedure{};       ///< the procedure called; empty: none, or not known yet
    std::string topic{};           ///< the topic published on; empty: none, or not known yet
    log_level error_level =
        log_level::debug;  ///< level of the line for error_uri; higher where the client does not see the error
    bool debug = false;    ///< the service wants a line whatever the outcome
    std::optional<time_point> called_at{};      ///< when the checks were done and the call was made; absent: refused
    std::optional<time_point> call_ended_at{};  ///< when the call ended
    time_point::duration store_took{};          ///< part of the time before called_at: waiting for the store
    time_point::duration session_took{};        ///< part of the time after called_at: waiting for a session
};

/// A finished request.
struct answer {
    response http;
    request_report report;
};

}  // namespace wampfcgi::bridge
