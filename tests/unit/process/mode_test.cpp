#include "wampfcgi/process/mode.hpp"

#include <boost/test/unit_test.hpp>

#include <ostream>
#include <string_view>
#include <vector>

using namespace wampfcgi::process;

namespace wampfcgi::process {

std::ostream& operator<<(std::ostream& out, mode which)
{
    return out << "mode " << static_cast<int>(which);
}

}  // namespace wampfcgi::process

namespace {

options listening()
{
    options given;
    given.listen = tcp_address{"127.0.0.1", 9000};
    return given;
}

options checking()
{
    options given;
    given.check_config = true;
    return given;
}

options workers_given()
{
    options given;
    given.workers_given = true;
    return given;
}

options asking()
{
    options given = workers_given();
    given.status = true;
    return given;
}

options configured()
{
    options given;
    given.config_file = "a.json";
    return given;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_start_has_the_mode_that_options_descriptor_0_and_environment_call_for)
{
    const start_facts shell{};
    const start_facts with_socket{.fd0_listens = true};
    const start_facts as_cgi{.cgi_environment = true};
    const start_facts socket_and_cgi{.fd0_listens = true, .cgi_environment = true};
    const start_facts from_systemd{.socket_passed = true};
    const start_facts both_sockets{.fd0_listens = true, .socket_passed = true};
    options helping = listening();
    helping.help = true;
    options telling_version = checking();
    telling_version.version = true;
    struct row {
        std::string_view name;
        options given;
        start_facts facts;
        mode expected;
    };
    const std::vector<row> rows{
        {"nothing", {}, shell, mode::usage},
        {"only a configuration file", configured(), shell, mode::usage},
        {"help wins over listen", helping, shell, mode::help},
        {"version wins over check", telling_version, shell, mode::version},
        {"check", checking(), shell, mode::check_config},
        {"check on a socket", checking(), with_socket, mode::check_config},
        {"status", asking(), shell, mode::status},
        {"status on a socket", asking(), with_socket, mode::status},
        {"listen", listening(), shell, mode::pool},
        {"listen wins over descriptor 0", listening(), with_socket, mode::pool},
        {"listening socket on descriptor 0", configured(), with_socket, mode::worker_on_fd0},
        {"listening socket wins over the CGI environment", {}, socket_and_cgi, mode::worker_on_fd0},
        {"workers on a socket of systemd", workers_given(), from_systemd, mode::pool},
        {"a socket of systemd", configured(), from_systemd, mode::pool},
        {"descriptor 0 wins over a socket of systemd", configured(), both_sockets, mode::worker_on_fd0},
        {"a socket of systemd for workers though descriptor 0 listens", workers_given(), both_sockets, mode::pool},
        {"workers without a socket", workers_given(), shell, mode::usage},
        {"CGI environment", configured(), as_cgi, mode::cgi},
    };
    for (const auto& row : rows)
        BOOST_TEST_CONTEXT(row.name)
    BOOST_TEST(choose_mode(row.given, row.facts) == row.expected);
}
