#include "running_pool.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <csignal>
#include <optional>
#include <string>
#include <unistd.h>

using namespace wampfcgi;
using namespace wampfcgi::process;
using namespace wampfcgi::test;

BOOST_AUTO_TEST_CASE(a_reload_that_gives_no_program_keeps_the_workers)
{
    pool_options options{.workers = 1};
    options.reload = [] { return std::nullopt; };
    running_pool pool(options, {say_pid_and_wait});
    pool.line();
    const std::string first = pool.line().substr(8);

    pool.signal(SIGHUP);

    BOOST_TEST(pool.line() == "notice: SIGHUP: reading the configuration again");
    BOOST_TEST(pool.line() == "error: reload failed: the old configuration stays in use");
    BOOST_TEST(kill(static_cast<pid_t>(std::stol(first)), 0) == 0);
    pool.signal(SIGTERM);
    BOOST_TEST(pool.exit_status() == 0);
}

BOOST_AUTO_TEST_CASE(after_a_reload_a_worker_ends_once_the_new_one_is_ready)
{
    pool_options options{.workers = 1};
    options.reload = [] {
        return worker_program{[](const pool_link& link) {
            log::write(log_level::notice, link.takes_over ? "new, takes over" : "new");
            link.tell_ready();
            return say_and_wait(link);
        }};
    };
    running_pool pool(options, {[](const pool_link& link) {
                          std::signal(drain_signal, [](int) {
                              say_from_handler("told to end\n");
                              _exit(0);
                          });
                          return say_and_wait(link);
                      }});
    pool.line();
    BOOST_TEST(pool.line() == "notice: up");

    pool.signal(SIGHUP);

    BOOST_TEST(pool.line() == "notice: SIGHUP: reading the configuration again");
    BOOST_TEST(pool.line() == "notice: new, takes over");
    const std::array<std::string, 3> rest{pool.line(), pool.line(), pool.line()};
    for (const char* wanted :
         {"notice: up", "told to end", "notice: reloaded: new workers serve with the new configuration"})
        BOOST_TEST(std::count(rest.begin(), rest.end(), wanted) == 1);
    pool.signal(SIGTERM);
    BOOST_TEST(pool.exit_status() == 0);
}

BOOST_AUTO_TEST_CASE(a_worker_that_asks_for_it_is_replaced)
{
    running_pool pool({.workers = 1}, {[](const pool_link& link) -> int {
                          std::signal(drain_signal, [](int) { _exit(0); });
                          log::write(log_level::notice, link.takes_over ? "second" : "first");
                          link.tell_ready();
                          if (!link.takes_over)
                              link.ask_for_replacement();
                          while (true)
                              pause();
                      }});
    pool.line();

    BOOST_TEST(pool.line() == "notice: first");
    BOOST_TEST(pool.line() == "notice: second");
    pool.signal(SIGTERM);
    BOOST_TEST(pool.line() == "notice: SIGTERM: stopping");
    BOOST_TEST(pool.exit_status() == 0);
}
