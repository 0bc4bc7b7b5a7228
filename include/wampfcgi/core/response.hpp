// Owns the value that one HTTP response is. Writing it is fcgi/'s business.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace wampfcgi {

/// An HTTP response: status, headers in the order in which they are written, body bytes.
/// Content-Length is not among the headers: whoever writes the response adds it.
struct response {
    int status = 200;
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
};

}  // namespace wampfcgi
