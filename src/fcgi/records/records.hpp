// Owns the format of FastCGI records (FastCGI specification, sections 3 to 5 and 8), and the short replies that do not
// need libfcgi.
#pragma once

#include "wampfcgi/core/pairs.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace wampfcgi::fcgi {

enum class record_type : std::uint8_t {
    begin_request = 1,
    abort_request = 2,
    end_request = 3,
    params = 4,
    standard_input = 5,
    standard_output = 6,
    get_values = 9,
    get_values_result = 10,
    unknown_type = 11,
};

enum class protocol_status : std::uint8_t { request_complete = 0, cannot_multiplex = 1, unknown_role = 3 };

/// What an answer ends: the request, or only its output. END_REQUEST must then follow once all of the request has come.
enum class answer_end { request, output };

inline constexpr std::uint8_t fcgi_version = 1;
inline constexpr std::size_t record_header_bytes = 8;
inline constexpr std::size_t begin_body_bytes = 8;
inline constexpr unsigned responder_role = 1;
inline constexpr std::uint8_t keep_connection_flag = 1;

/// The beginning of a request with these CGI variables: FCGI_BEGIN_REQUEST and FCGI_PARAMS.
std::string request_with(std::string_view variables);

/// True when `record` begins like an FCGI_ABORT_REQUEST for this request.
bool is_abort(std::string_view record, unsigned request_id);

/// A whole FCGI_END_REQUEST.
using end_record = std::array<char, record_header_bytes + 8>;

end_record end_request_record(unsigned request_id, protocol_status status);
std::string end_request(unsigned request_id, protocol_status status);

/// FCGI_UNKNOWN_TYPE: the answer to a management record of any type but FCGI_GET_VALUES.
std::string unknown_type(std::uint8_t type);

/// FCGI_GET_VALUES_RESULT: the known ones of the requested variables. `asked` is the content of FCGI_GET_VALUES;
/// malformed parts get no answer.
std::string values_result(std::string_view asked, std::size_t max_connections);

}  // namespace wampfcgi::fcgi
