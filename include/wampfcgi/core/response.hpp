// Owns the value of one HTTP response. fcgi/ writes it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wampfcgi {

/// Names and values, in the order of writing. The names are literals.
using header_list = std::vector<std::pair<std::string_view, std::string>>;

/// An HTTP response: status, headers, body bytes. The headers do not include Content-Length: the writer adds it, unless
/// the status never has a body.
struct response {
    int status = 200;
    header_list headers;
    std::string body;
    std::uint64_t left_out_bytes = 0;  ///< length of a body that is announced but not sent: HEAD
};

}  // namespace wampfcgi
