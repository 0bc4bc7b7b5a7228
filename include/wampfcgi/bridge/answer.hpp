// Owns what comes of a request: the response for the client, and the report for the log.
#pragma once

#include "wampfcgi/core/response.hpp"
#include "wampfcgi/core/result.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace wampfcgi::bridge {

struct service_cells;

/// What the log should know about a request.
struct request_report {
    using time_point = std::chrono::steady_clock::time_point;

    std::optional<failure> why{};  ///< set when it was refused or failed
    std::string error_uri{};       ///< WAMP error of the callee or router, as it came; empty: there was none
    std::string procedure{};       ///< that was called; empty: none, or it is not known yet
    std::string topic{};           ///< that was published on; empty likewise
    log_level error_level = log_level::debug;   ///< of the line for error_uri: more where the client is not told of it
    bool debug = false;                         ///< the service asks for a line whatever the outcome
    std::optional<time_point> called_at{};      ///< when the checks were over and the call was made; absent: refused
    std::optional<time_point> call_ended_at{};  ///< when the call had its outcome
    time_point::duration store_took{};          ///< of the time before called_at: asking the store
    time_point::duration session_took{};        ///< of the time behind called_at: waiting for a session
};

/// A finished request.
struct answer {
    response http;
    request_report report;
    service_cells* counted_in = nullptr;  ///< of an answer by service::admit(); null: nowhere
};

}  // namespace wampfcgi::bridge
