// Owns one FastCGI request in libfcgi's hands. The only file that sees libfcgi's types is fcgi_request.cpp.
#pragma once

#include "wampfcgi/core/request.hpp"

#include <memory>

namespace wampfcgi::fcgi {

/// Reads a descriptor that does not block: a spool with all of the variables. It is closed here only where begin()
/// fails. libfcgi believes what it reads: see record_scanner.
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

private:
    struct state;

    std::unique_ptr<state> state_;
};

/// To be called once, before any request.
void initialize_library();

}  // namespace wampfcgi::fcgi
