// Owns one FastCGI request in libfcgi's hands. The only file that sees libfcgi's types is fcgi_request.cpp.
#pragma once

#include "wampfcgi/core/request.hpp"
#include "wampfcgi/core/response.hpp"

#include <cstdint>
#include <memory>

namespace wampfcgi::fcgi {

/// Reads and writes through descriptors that do not block: a connection known to hold a whole request, or a spool.
/// None of them is closed here, but for the one given to begin() where that fails. libfcgi believes what it reads: see
/// record_scanner.
class fcgi_request {
public:
    fcgi_request();
    ~fcgi_request();
    fcgi_request(const fcgi_request&) = delete;
    fcgi_request& operator=(const fcgi_request&) = delete;

    /// Reads the CGI variables from `input_fd`, which must hold all of them. False when there is no memory; `input_fd`
    /// is closed then.
    bool begin(int input_fd);

    /// The CGI variables as a request without a body.
    request environment() const;

    /// Reads the body to its end, which must be in `input_fd` behind what begin() has read; keeps no more than
    /// `most_bytes` (0: all) and one.
    std::string read_body(int input_fd, std::uint64_t expected_bytes, std::uint64_t most_bytes);

    /// Reads what is left of the body, so that a next request on the connection is not mistaken.
    void skip_body(int input_fd);

    /// Writes the response and the end of the request to `output_fd`. False when not everything could be written.
    bool finish(const response& what, int output_fd);

private:
    struct state;

    std::unique_ptr<state> state_;
};

/// To be called once, before any request.
void initialize_library();

}  // namespace wampfcgi::fcgi
