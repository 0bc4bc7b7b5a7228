// Owns the decision what a start of the program is meant to be (contract section 7).
#pragma once

#include "wampfcgi/process/options.hpp"

#include <string>

namespace wampfcgi::process {

/// What to do with this start.
enum class mode {
    help,           ///< print usage(), exit 0
    version,        ///< print the version, exit 0
    check_config,   ///< report on the configuration, exit 0 or 1
    status,         ///< ask a pool how it is doing
    pool,           ///< listen, and supervise workers
    worker_on_fd0,  ///< be one worker on the listening socket that is descriptor 0
    cgi,            ///< serve the one request in environment and standard input
    usage,          ///< print usage() to standard error, exit 2
};

/// What the program finds when it is started.
struct start_facts {
    bool fd0_listens = false;      ///< descriptor 0 is a listening socket
    bool socket_passed = false;    ///< by systemd, see activation.hpp
    bool cgi_environment = false;  ///< GATEWAY_INTERFACE and REQUEST_METHOD are set
    std::string query{};           ///< QUERY_STRING
};

/// Looks at descriptor 0 and the environment.
start_facts observe_start();

/// True for a CGI program: `cgi`, unless the options say otherwise.
bool is_cgi_program(const start_facts& facts) noexcept;

/// Which mode it is. The options of a CGI program are those of own_arguments() alone.
mode choose_mode(const options& given, const start_facts& facts) noexcept;

}  // namespace wampfcgi::process
