// Owns what the log says about a finished request.
#pragma once

#include "wampfcgi/bridge/bridge.hpp"
#include "wampfcgi/core/request.hpp"

#include <chrono>
#include <string>

namespace wampfcgi::fcgi {

/// Writes the line for a refused or failed request at its level, and one for every request where the service asks for
/// that (`debug`). Never a secret, a signature or a payload.
void log_answer(const request& req, const bridge::answer& given, std::chrono::steady_clock::duration took);

/// A name for a request in the log, unlike that of any other request of this machine for a long time.
std::string next_request_id();

}  // namespace wampfcgi::fcgi
