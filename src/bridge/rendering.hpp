// Owns the HTTP form of an answer: status, fixed headers, CORS headers (contract sections 4 to 6).
#pragma once

#include "wampfcgi/bridge/answer.hpp"
#include "wampfcgi/checks/origin.hpp"
#include "wampfcgi/core/call.hpp"
#include "wampfcgi/core/methods.hpp"
#include "wampfcgi/core/request.hpp"
#include "wampfcgi/core/settings.hpp"

#include <exception>

namespace wampfcgi::bridge {

/// The headers that allow a page of the granted origin to read the answer; none for a same-origin request.
header_fields cors_headers(const request& req, const checks::origin_grant& grant);

/// The answer to OPTIONS: the allowed methods, and the CORS preflight if the request is cross-origin.
answer preflight_answer(const method_set& taken, header_fields cors);

answer refusal_answer(failure why, status_style style, const header_fields& cors);

/// The answer to a method not in `taken`. This is the first check, so the origin is not known yet.
answer method_refusal_answer(failure why, status_style style, const method_set& taken);

/// The answer to a client that tries to resume the stream of a finished call: 204, which stops EventSource.
answer end_of_stream_answer(const header_fields& cors);

/// Adds the headers for caching `what`, the answer to a GET with a result, as the service is configured. Turns it into
/// a 304 without a body if the client's copy is current.
void allow_to_keep(response& what, const request& by, const service_options& options);

/// The answer for the outcome of a call or publication.
answer outcome_answer(const outcome& how, const service_options& options, const header_fields& cors);

/// The failure of a request for an exception thrown while serving it.
failure failure_of(const std::exception& trouble);

}  // namespace wampfcgi::bridge
