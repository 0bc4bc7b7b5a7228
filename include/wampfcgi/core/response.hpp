// Owns the value of one HTTP response. fcgi/ writes it.
#pragma once

#include "wampfcgi/core/header_fields.hpp"

#include <cstdint>
#include <string>

namespace wampfcgi {

/// An HTTP response: status, headers, body bytes. The headers do not include Content-Length: the writer adds it, unless
/// the status never has a body.
struct response {
    int status = 200;
    header_fields headers;
    std::string body;
    std::uint64_t left_out_bytes = 0;  ///< length of a body that is announced but not sent: HEAD
};

}  // namespace wampfcgi
