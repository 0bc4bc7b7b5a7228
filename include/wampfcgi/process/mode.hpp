// Owns the choice of the program's mode at start (contract section 7).
#pragma once

#include "wampfcgi/process/options.hpp"

#include <string>

namespace wampfcgi::process {

/// What this start of the program does.
enum class mode {
    help,           ///< print usage(), exit 0
    version,        ///< print the version, exit 0
    check_config,   ///< report on the configuration, exit 0 or 1
    status,         ///< ask a pool for its status
    pool,           ///< listen, and supervise workers
    worker_on_fd0,  ///< be one worker; descriptor 0 is the listening socket
    cgi,            ///< serve one request from environment and standard input
    usage,          ///< print usage() to standard error, exit 2
};

/// The facts that decide the mode.
struct start_facts {
    bool fd0_listens = false;      ///< descriptor 0 is a listening socket
    bool socket_passed = false;    ///< by systemd, see activation.hpp
    bool cgi_environment = false;  ///< GATEWAY_INTERFACE and REQUEST_METHOD are set
    std::string query{};           ///< QUERY_STRING
};

/// Examines descriptor 0 and the environment.
start_facts observe_start();

/// True for a CGI program: the mode is `cgi`, unless options choose another.
bool is_cgi_program(const start_facts& facts) noexcept;

/// Chooses the mode. For a CGI program, `given` must come from own_arguments() alone.
mode choose_mode(const options& given, const start_facts& facts) noexcept;

}  // namespace wampfcgi::process
