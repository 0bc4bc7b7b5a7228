// Owns the value that one HTTP response is. Writing it is fcgi/'s business.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wampfcgi {

/// Names and values, in the order in which they are written. The names are literals.
using header_list = std::vector<std::pair<std::string_view, std::string>>;

/// An HTTP response: status, headers, body bytes.
/// Content-Length is not among the headers: whoever writes the response adds it, unless the status is one that never
/// has a body.
struct response {
    int status = 200;
    header_list headers;
    std::string body;
    std::uint64_t left_out_bytes = 0;  ///< of the body, which is not sent but announced: HEAD
};

}  // namespace wampfcgi
