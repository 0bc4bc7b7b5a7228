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

/// The headers that let the page of a granted origin read the answer; none for a same-origin request.
header_list cors_headers(const request& req, const checks::origin_grant& grant);

/// Answer to OPTIONS: what is allowed, and the CORS pre-flight where the request is cross-origin.
answer preflight_answer(const method_set& taken, header_list cors);

answer refusal_answer(failure why, status_style style, const header_list& cors);

/// Answer to a method that is not one of `taken`. It is the first check of all: nothing is known of the origin yet.
answer method_refusal_answer(failure why, status_style style, const method_set& taken);

/// Answer to a client that takes up a stream of a call which is over: 204, after which EventSource asks no more.
answer end_of_stream_answer(const header_list& cors);

/// Lets caches keep `what`, the answer to a GET whose call has a result, as the service has it. Where the client has
/// the same already, 304 without a body is left of it.
void allow_to_keep(response& what, const request& by, const service_options& options);

/// Answer for the outcome of a call or a publication.
answer outcome_answer(const outcome& how, const service_options& options, const header_list& cors);

/// What an exception on the way of a request means for it.
failure failure_of(const std::exception& trouble);

}  // namespace wampfcgi::bridge
