// Owns the list of everything that can go wrong with a request, and what each error means to the client and to the log.
// bridge/ renders an error as HTTP, log/ writes the line.
#pragma once

#include <array>
#include <string_view>

namespace wampfcgi {

/// Why a request was refused or its call failed (contract section 5). 0 is never a value: it means success.
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
    request_replayed,  // new enumerators are appended here: log files contain the numbers
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
    std::string_view name;      ///< the part of the public URI after "wampfcgi.error."
    int status_crossbar;        ///< HTTP status with status_codes "crossbar"
    int status_http;            ///< HTTP status with status_codes "http"
    std::string_view sentence;  ///< the only text that the client gets
    log_level level;            ///< level of the log line for such a request
};

/// The table, one row for each enumerator, in the same order.
extern const std::array<errc_info, 35> errc_table;

/// The row of `code`. The views in it are valid for the life of the program.
const errc_info& describe(errc code) noexcept;

}  // namespace wampfcgi
