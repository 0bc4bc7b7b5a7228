// Owns the list of everything that can go wrong with a request, and what each means to the client and to the log.
// The HTTP rendering of an error is bridge/'s business, writing the log line is log/'s.
#pragma once

#include <array>
#include <string_view>

namespace wampfcgi {

/// What a request was refused for, or why its call failed (contract section 5). 0 is never a value: it means success.
enum class errc {
    not_found = 1,
    method_not_allowed,
    tls_required,
    address_denied,
    origin_denied,
    content_type_unsupported,
    body_too_large,
    body_truncated,
    signature_parameter_missing,
    parameter_invalid,
    request_expired,
    key_unknown,
    signature_invalid,
    body_not_utf8,
    body_not_json,
    body_not_object,
    procedure_missing,
    procedure_invalid,
    arguments_invalid,
    procedure_denied,
    overloaded,
    router_unavailable,
    connection_lost,
    call_timeout,
    result_invalid,
    internal_error,
    request_replayed,  // from here on behind the others: their numbers are in log files
    topic_missing,
    topic_invalid,
    options_invalid,
    topic_denied,
    streams_unsupported,
    token_invalid,
    rate_limited,
    store_unavailable,
};

/// How important a log line is; a smaller value is more important.
enum class log_level { error, warning, notice, info, debug };

/// One row of the error table.
struct errc_info {
    errc code;
    std::string_view name;      ///< the part of the public URI behind "wampfcgi.error."
    int status_crossbar;        ///< HTTP status with status_codes "crossbar"
    int status_http;            ///< HTTP status with status_codes "http"
    std::string_view sentence;  ///< all that a client is told in words
    log_level level;            ///< level of the log line for a request that ends so
};

/// The table, one row an enumerator, in the enumerators' order.
extern const std::array<errc_info, 35> errc_table;

/// The row of `code`. The views in it live as long as the program.
const errc_info& describe(errc code) noexcept;

}  // namespace wampfcgi
