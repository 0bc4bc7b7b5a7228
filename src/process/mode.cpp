#include "wampfcgi/process/mode.hpp"

#include "wampfcgi/process/activation.hpp"

#include <cstdlib>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>

namespace wampfcgi::process {

namespace {

bool is_listening(int fd) noexcept
{
    int listening = 0;
    socklen_t length = sizeof listening;
    return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &length) == 0 && listening != 0;
}

std::string_view cgi_variable(const char* name) noexcept
{
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

}  // namespace

start_facts observe_start()
{
    start_facts facts;
    facts.fd0_listens = is_listening(STDIN_FILENO);
    facts.socket_passed = sockets_are_passed();
    facts.cgi_environment = !cgi_variable("GATEWAY_INTERFACE").empty() && !cgi_variable("REQUEST_METHOD").empty();
    facts.query = cgi_variable("QUERY_STRING");
    return facts;
}

bool is_cgi_program(const start_facts& facts) noexcept
{
    return facts.cgi_environment && !facts.fd0_listens;
}

mode choose_mode(const options& given, const start_facts& facts) noexcept
{
    if (given.help)
        return mode::help;
    if (given.version)
        return mode::version;
    if (given.check_config)
        return mode::check_config;
    if (given.status)
        return mode::status;
    if (given.listen)
        return mode::pool;
    if (facts.fd0_listens && !given.workers_given)
        return mode::worker_on_fd0;
    if (facts.socket_passed)
        return mode::pool;
    if (given.workers_given)
        return mode::usage;
    return is_cgi_program(facts) ? mode::cgi : mode::usage;
}

}  // namespace wampfcgi::process
