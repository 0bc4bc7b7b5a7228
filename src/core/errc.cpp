#include "wampfcgi/core/errc.hpp"

#include <cstddef>

namespace wampfcgi {

using enum errc;

constexpr std::array<errc_info, 35> errc_table{{
    {not_found, "not_found", 404, 404, "There is no service at this path.", log_level::info},
    {method_not_allowed, "method_not_allowed", 405, 405,
     "This service does not accept this method; Allow lists those that it accepts.", log_level::info},
    {tls_required, "tls_required", 400, 403, "This service is only available over TLS.", log_level::notice},
    {address_denied, "address_denied", 400, 403, "Requests from this address are not allowed.", log_level::notice},
    {origin_denied, "origin_denied", 403, 403, "Requests from pages of this origin are not allowed.",
     log_level::notice},
    {content_type_unsupported, "content_type_unsupported", 400, 415,
     "The content type must be application/json in UTF-8.", log_level::info},
    {body_too_large, "body_too_large", 413, 413, "The request is larger than this service accepts.", log_level::info},
    {body_truncated, "body_truncated", 400, 400, "The request body does not have the announced length.",
     log_level::info},
    {signature_parameter_missing, "signature_parameter_missing", 400, 401,
     "A query parameter that a signed request needs is missing.", log_level::notice},
    {parameter_invalid, "parameter_invalid", 400, 400,
     "A query parameter has an invalid value; a timestamp looks like 2011-10-14T16:59:51Z and is UTC.",
     log_level::info},
    {request_expired, "request_expired", 400, 401, "The timestamp of the request is too far from the current time.",
     log_level::notice},
    {key_unknown, "key_unknown", 401, 401, "The key is not known to this service.", log_level::notice},
    {signature_invalid, "signature_invalid", 401, 401, "The signature does not match the request.", log_level::notice},
    {body_not_utf8, "body_not_utf8", 400, 400, "The request body is not valid UTF-8.", log_level::info},
    {body_not_json, "body_not_json", 400, 400, "The request body is not valid JSON.", log_level::info},
    {body_not_object, "body_not_object", 400, 400, "The request body must be a JSON object.", log_level::info},
    {procedure_missing, "procedure_missing", 400, 400, "The request body names no procedure.", log_level::info},
    {procedure_invalid, "procedure_invalid", 400, 400, "The procedure must be a valid WAMP URI.", log_level::info},
    {arguments_invalid, "arguments_invalid", 400, 400, "The arguments must be a list in args and an object in kwargs.",
     log_level::info},
    {procedure_denied, "procedure_denied", 403, 403, "This procedure may not be called through this service.",
     log_level::notice},
    {overloaded, "overloaded", 503, 503, "Too many calls or streams are in progress, try again shortly.",
     log_level::warning},
    {router_unavailable, "router_unavailable", 503, 503,
     "The service has no connection at the moment, try again shortly.", log_level::warning},
    {connection_lost, "connection_lost", 502, 502,
     "The connection was lost during the call, which may or may not have run.", log_level::warning},
    {call_timeout, "call_timeout", 504, 504, "The call took too long and was cancelled.", log_level::warning},
    {result_invalid, "result_invalid", 502, 502, "The result of the call cannot be represented as JSON.",
     log_level::warning},
    {internal_error, "internal_error", 500, 500, "The request failed because of an internal error.", log_level::error},
    {request_replayed, "request_replayed", 401, 401, "This signed request has been made before.", log_level::notice},
    {topic_missing, "topic_missing", 400, 400, "The request names no topic.", log_level::info},
    {topic_invalid, "topic_invalid", 400, 400, "The topic must be a valid WAMP URI.", log_level::info},
    {options_invalid, "options_invalid", 400, 400, "An option of the publication has a value of the wrong type.",
     log_level::info},
    {topic_denied, "topic_denied", 403, 403, "This topic may not be used through this service.", log_level::notice},
    {streams_unsupported, "streams_unsupported", 501, 501, "Streams of events are not available at this address.",
     log_level::warning},
    {token_invalid, "token_invalid", 401, 401, "The bearer token that this service needs is missing or wrong.",
     log_level::notice},
    {rate_limited, "rate_limited", 429, 429, "Too many requests, try again after the time in Retry-After.",
     log_level::info},
    {store_unavailable, "store_unavailable", 503, 503,
     "The service cannot reach its store at the moment, try again shortly.", log_level::warning},
}};

namespace {

constexpr bool rows_are_in_order()
{
    for (std::size_t i = 0; i < errc_table.size(); ++i)
        if (static_cast<std::size_t>(errc_table[i].code) != i + 1)
            return false;
    return true;
}
static_assert(rows_are_in_order());
static_assert(static_cast<std::size_t>(store_unavailable) == errc_table.size());

}  // namespace

const errc_info& describe(errc code) noexcept
{
    return errc_table[static_cast<std::size_t>(code) - 1];
}

}  // namespace wampfcgi
